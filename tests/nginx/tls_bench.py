"""A certificate, an nginx that speaks TLS on loopback, and handshakes with it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import warnings

from .oracle import serve

OPENSSL = shutil.which("openssl")


def certificate(folder):
    """`site.pem` and `site.key` in a folder, signed by themselves."""
    _make(folder, "site", [])


def issued(folder, extension):
    """`leaf.pem` and `leaf.key` with an X.509 extension, signed by `ca.pem`."""
    _make(folder, "ca", [])
    _make(folder, "leaf", ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", extension])


def _make(folder, name, more):
    command = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}.test"]
    command += ["-keyout", f"{name}.key", "-out", f"{name}.pem", *more]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def configured(folder, http, main=""):
    """Write the configuration, with the port that it shall have for `PORT`, and give the port."""
    port = serve.free_port()
    (folder / "nginx.conf").write_text(
        f"{main} daemon off; master_process off; pid nginx.pid; events {{}}\n"
        "http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;"
        " uwsgi_temp_path t4; scgi_temp_path t5;"
        f" ssl_certificate site.pem; ssl_certificate_key site.key; {http.replace('PORT', str(port))} }}"
    )
    return port


def handshake(port, name="a.test", low=None, high=None, ciphers=None, host=None):
    """The version and the suite that are agreed on, and the first line of the answer; None where none is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = low or ssl.TLSVersion.TLSv1, high or ssl.TLSVersion.TLSv1_3
    context.set_ciphers(ciphers or "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    with (
        contextlib.suppress(ssl.SSLError, ConnectionResetError),
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname=name) as channel,
    ):
        channel.sendall(f"GET / HTTP/1.1\r\nHost: {host or name}\r\nConnection: close\r\n\r\n".encode())
        line = channel.recv(65536).split(b"\r\n")[0].decode()
        return channel.version(), channel.cipher()[0], line
    return None


def asks_for_status(port):
    """A handshake that asks for the OCSP answer too, by OpenSSL's own client."""
    command = [OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "leaf.test", "-status"]
    subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=False)
