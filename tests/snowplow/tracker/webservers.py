"""Debian's own web servers on loopback, each with the configuration that snowpixel wrote for it."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.support import require

HOST = "www.site.test"
PATIENCE = 20.0


@dataclass
class Site:
    """A user's web server: its folders, its certificate, and the port that it answers on."""

    folder: Path
    authority: trustme.CA
    port: int

    @property
    def root(self) -> Path:
        return self.folder / "htdocs"

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def prepare(self) -> None:
        self.root.mkdir(parents=True)
        self.authority.cert_pem.write_to_path(str(self.ca_file))
        issued = self.authority.issue_cert(HOST)
        (self.folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
        (self.folder / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))

    def publish(self, exported: Path, path: str) -> None:
        """Copy the file and its packed copy to where the site serves the path, as the README says."""
        target = self.root / path.strip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        for name in (target.name, f"{target.name}.gz"):
            shutil.copy(exported / name, target.parent / name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def nginx(site: Site, lines: str) -> list[str]:
    program = require("nginx")
    (site.folder / "nginx.conf").write_text(
        f"""
daemon off; pid {site.folder}/nginx.pid; error_log {site.folder}/error.log; worker_processes 1;
events {{ }}
http {{
    access_log off; client_body_temp_path {site.folder}/t1; proxy_temp_path {site.folder}/t2;
    fastcgi_temp_path {site.folder}/t3; uwsgi_temp_path {site.folder}/t4; scgi_temp_path {site.folder}/t5;
    server {{
        listen 127.0.0.1:{site.port} ssl; server_name {HOST}; root {site.root};
        ssl_certificate {site.folder}/chain.pem; ssl_certificate_key {site.folder}/key.pem;
        {lines}
    }}
}}
"""
    )
    return [
        program,
        "-p",
        str(site.folder),
        "-c",
        str(site.folder / "nginx.conf"),
        "-e",
        str(site.folder / "error.log"),
    ]


def apache(site: Site, lines: str) -> list[str]:
    program = require("apache2")
    modules = Path("/usr/lib/apache2/modules")
    wanted = (
        "mpm_event",
        "authz_core",
        "mime",
        "headers",
        "rewrite",
        "env",
        "setenvif",
        "ssl",
        "socache_shmcb",
        "filter",
        "deflate",
    )
    loads = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in wanted)
    (site.folder / "apache.conf").write_text(
        f"""
{loads}
ServerRoot {site.folder}
ServerName {HOST}
PidFile {site.folder}/apache.pid
ErrorLog {site.folder}/error.log
Listen 127.0.0.1:{site.port}
TypesConfig /dev/null
AddEncoding x-gzip .gz
AddOutputFilterByType DEFLATE text/javascript application/javascript text/html
<VirtualHost *:{site.port}>
    ServerName {HOST}
    DocumentRoot {site.root}
    <Directory {site.root}>
        Require all granted
    </Directory>
    SSLEngine on
    SSLCertificateFile {site.folder}/chain.pem
    SSLCertificateKeyFile {site.folder}/key.pem
{lines}
</VirtualHost>
"""
    )
    return [program, "-X", "-f", str(site.folder / "apache.conf")]


def caddy(site: Site, lines: str) -> list[str]:
    program = require("caddy")
    (site.folder / "Caddyfile").write_text(
        f"""
{{
	admin off
	auto_https off
}}
https://{HOST}:{site.port} {{
	bind 127.0.0.1
	tls {site.folder}/chain.pem {site.folder}/key.pem
	root * {site.root}
{lines}
	file_server
}}
"""
    )
    return [program, "run", "--adapter", "caddyfile", "--config", str(site.folder / "Caddyfile")]


SERVERS: dict[str, tuple[str, Callable[[Site, str], list[str]]]] = {
    "nginx": ("nginx.conf", nginx),
    "apache": ("apache.conf", apache),
    "caddy": ("Caddyfile", caddy),
}
"""Server to the file that snowpixel writes for it, and how to start it."""


@contextlib.contextmanager
def running(site: Site, command: list[str]) -> Iterator[None]:
    """Keep a server running, once it answers."""
    log = (site.folder / "output.log").open("wb")
    process = subprocess.Popen(
        command,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=site.folder,
        env={"HOME": str(site.folder), "PATH": "/usr/bin"},
    )
    try:
        _until_it_answers(site, process)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
        log.close()


def _until_it_answers(site: Site, process: "subprocess.Popen[bytes]") -> None:
    context = ssl.create_default_context(cafile=str(site.ca_file))
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        assert process.poll() is None, (site.folder / "output.log").read_text()
        try:
            with (
                socket.create_connection(("127.0.0.1", site.port), 1) as plain,
                context.wrap_socket(plain, server_hostname=HOST),
            ):
                return
        except OSError:
            time.sleep(0.02)  # asked again until it answers, never longer than PATIENCE
    raise AssertionError((site.folder / "output.log").read_text())
