"""Builds the bundles of this folder: our npm variant, as bundlers and site frameworks write it, and tools that hold it.

    python -m tests.snowplow.pagecheck.bundles.build FOLDER

It needs node and npm with its registry, so no test runs it: what it writes is kept here. FOLDER is where the packages
are installed, in the versions of `PACKAGES`; the tools bring whatever else they need. Built last on 2026-11-28 with
node 20.20. The bundles hold Snowplow's tracker (BSD-3-Clause: `LICENSE`), and `next.zip` React and Next.js (MIT:
`LICENSE.react`, `LICENSE.next`). `held` has four tools unchanged (MIT; Klaro BSD-3-Clause), whose licenses stand beside
them.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.snowplow.pagecheck.shapes import HOST
from wizard.snowplow.snippet_builder import Variant, snippet

HERE = Path(__file__).parent
PACKAGES = {
    "@snowplow/browser-tracker": "4.10.1",
    "esbuild": "0.28.2",
    "terser": "5.51.4",
    "vite": "7.3.8",
    "astro": "5.9.4",
    "next": "16.4.6",
    "react": "19.3.1",
    "react-dom": "19.3.1",
    "vanilla-cookieconsent": "3.1.0",
    "@qwik.dev/partytown": "0.14.4",
    "klaro": "0.7.22",
    "tarteaucitronjs": "1.34.0",
}
"""Name and version of each package that is used."""

PAGE = "<!doctype html><html><head><meta charset=utf-8><title>t</title>{}</head><body><p>Hello</p></body></html>"

HELD = {
    "cookieconsent": ("vanilla-cookieconsent", ("dist/cookieconsent.umd.js",)),
    "partytown": (
        "@qwik.dev/partytown",
        ("lib/partytown.js", "lib/partytown-sw.js", "lib/partytown-sandbox-sw.html"),
    ),
}
"""Folder to package and files of tools that are kept as they come."""

PACKED = {
    "klaro": ("klaro", "dist", ("klaro.js",)),
    "tarteaucitron": (
        "tarteaucitronjs",
        ".",
        ("tarteaucitron.min.js", "tarteaucitron.services.min.js", "lang/tarteaucitron.en.min.js"),
    ),
}
"""Folder to package, its folder, and files of larger tools, which are kept zipped."""

NEXT_PAGE = """export const metadata = {{ title: "t" }};
export default function Layout({{ children }}) {{
  return <html lang="en"><body>{{children}}</body></html>;
}}
"""


def run(folder: Path, *command: str) -> None:
    """Run one of the packages' programs.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def bundlers(folder: Path, code: str) -> None:
    """Build `esbuild.js`, and `terser.js` from what esbuild joined."""
    write(folder / "entry.js", code)
    tool = str(folder / "node_modules" / ".bin" / "esbuild")
    run(folder, tool, "entry.js", "--bundle", "--minify", "--legal-comments=none", f"--outfile={HERE / 'esbuild.js'}")
    run(folder, tool, "entry.js", "--bundle", "--format=iife", "--outfile=joined.js")
    terser = str(folder / "node_modules" / ".bin" / "terser")
    run(folder, terser, "joined.js", "-c", "-m", "--comments", "false", "-o", str(HERE / "terser.js"))


def with_vite(folder: Path, code: str) -> None:
    site = folder / "vite"
    write(site / "main.js", code)
    write(site / "index.html", PAGE.format("<script type=module src=/main.js></script>"))
    run(site, str(folder / "node_modules" / ".bin" / "vite"), "build", "--outDir", str(HERE / "vite"), "--emptyOutDir")


def with_astro(folder: Path, code: str) -> None:
    site = folder / "astro"
    write(site / "src" / "pages" / "index.astro", PAGE.format(f"<script>{code}</script>"))
    write(site / "package.json", '{"type": "module"}')
    run(site, str(folder / "node_modules" / ".bin" / "astro"), "build")
    shutil.rmtree(HERE / "astro", ignore_errors=True)
    shutil.copytree(site / "dist", HERE / "astro")


def with_next(folder: Path, code: str) -> None:
    site = folder / "next"
    write(site / "app" / "layout.js", NEXT_PAGE.format())
    imports, _, calls = code.partition(";\n")
    component = f'"use client";\n{imports};\nif (typeof window !== "undefined") {{\n{calls}\n}}\n'
    write(site / "app" / "page.js", component + "export default function Page() { return <p>Hello</p>; }\n")
    write(site / "next.config.mjs", 'export default { output: "export" };\n')
    write(site / "package.json", "{}")
    run(site, str(folder / "node_modules" / ".bin" / "next"), "build")
    with ZipFile(HERE / "next.zip", "w", ZIP_DEFLATED) as packed:  # most of it is React's
        for file in sorted((site / "out").rglob("*")):
            if file.suffix == ".js" or file.name == "index.html":
                packed.writestr(ZipInfo(str(file.relative_to(site / "out"))), file.read_bytes(), ZIP_DEFLATED)


def tools(folder: Path) -> None:
    for name, (package, names) in HELD.items():
        source = folder / "node_modules" / package
        target = HERE / "held" / name
        target.mkdir(parents=True, exist_ok=True)
        for file in (*names, "LICENSE"):
            shutil.copy(source / file, target)
    for name, (package, within, names) in PACKED.items():
        source, target = folder / "node_modules" / package, HERE / "held" / name
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "LICENSE", target)
        with ZipFile(target / f"{name}.zip", "w", ZIP_DEFLATED) as packed:
            for file in names:
                packed.writestr(ZipInfo(file), (source / within / file).read_bytes(), ZIP_DEFLATED)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "package.json", '{"private": true}')
    run(folder, "npm", "install", "--save-exact", *(f"{name}@{version}" for name, version in PACKAGES.items()))
    code = snippet(HOST, app_id="shop", variant=Variant.NPM).tag
    for build in (bundlers, with_vite, with_astro, with_next):
        build(folder, code)
    tools(folder)


if __name__ == "__main__":
    main()
