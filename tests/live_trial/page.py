"""The page of docs/ on the live trial, made from its plan."""

from tests.live_trial.plan import QUESTIONS, STEPS, StepId, bill, cost_of, lines_of, total

_PAGE = """# The live trial

Everything in snowpixel is tested against the practice world. [limits.md](limits.md) lists what only the real AWS can
answer, and the live trial finds out: it creates a setup in your account, checks what happens, and deletes it again.
It is for people who work on snowpixel, and runs from a clone:

```sh
make live-trial ARGS="--profile my-profile"
make live-trial ARGS="--help"                # region, tracker, folder
```

It asks before each of its {steps} steps, and costs at most {total} cents in all (list prices of {as_of}). You can
stop at every question: then everything is removed immediately. It takes from half an hour, without a domain, to an
afternoon: the first log line of a new distribution may take hours.

## Before you begin

- Use an IAM user or a role, never the root user. To answer the question about permissions, give it the policy that
  `snowpixel policy` prints, and nothing else.
- Have a domain ready where you can add and delete two DNS records. Without one, skip step {domain}.
- Step {outside} also asks for the project's own `sp.js`, a web server, and your browser, if you have them.

## The steps

| | step | what it does | costs | takes |
|---|---|---|---|---|
{rows}

What may be charged: {charged}. Everything else that the trial does is free or a tiny part of a cent.

## What it answers

| point of [limits.md](limits.md) | step | how |
|---|---|---|
{questions}

A point whose step was skipped, or that didn't come up, is recorded as *not answered*.

## What it writes

Everything goes into the folder `live-trial` (`--into` names another one):

- `answers.md`: each point with what was seen.
- `replies/`: what AWS replied, each form once, in files as in `tests/recordings/`. Account IDs, ARNs, names of
  people, buckets, domains, IP addresses, access key IDs, tokens, and request IDs are blanked, the same one always in
  the same way. Replies with keys, files, and lists of what else your account holds aren't written at all. Read them
  before you give them to anybody; nothing is sent.
- `home/`: the setup's own file, until it is removed.

A trial that continues an interrupted one writes `answers-2.md` and `replies-2/`, and so on.

Copy replies that show something new to `tests/recordings/`, and give each its row in
`tests/aws/test_recorded_errors.py` or `tests/resources/test_recorded_reads.py`. Correct the row of limits.md that was
answered.

## If it is interrupted

After Ctrl-C, a failure, or the end of the input, the trial says exactly what is still in your account and the command
that removes it:

```sh
snowpixel --home live-trial/home remove trial --delete-logs
```

Started again with the same folder, it continues with the same setup. To try the trial itself, run it in a practice
world: `snowpixel practice serve DIR` in one terminal, `make live-trial ARGS="--practice DIR"` in another.
"""


def page() -> bytes:
    """Return the page."""
    numbers = {step.id: number for number, step in enumerate(STEPS, 1)}
    rows = [
        f"| {number} | {step.title} | {step.does} | {cost_of(step)} | {step.takes} |"
        for number, step in enumerate(STEPS, 1)
    ]
    questions = [f"| {point} | {numbers[one.step]} | {one.how} |" for point, one in QUESTIONS.items()]
    lines = [line for step in STEPS for line in lines_of(step) if not line.is_free]
    return _PAGE.format(
        steps=len(STEPS),
        total=total(),
        as_of=bill().as_of.isoformat(),
        domain=numbers[StepId.DOMAIN],
        outside=numbers[StepId.OUTSIDE],
        rows="\n".join(rows),
        questions="\n".join(questions),
        charged="; ".join(f"{line.label}: {line.unit_price} USD for {line.unit}" for line in lines),
    ).encode()
