"""Programs are signed with the certificate that the environment names, and with no other."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tools.system_packages import Missing
from tools.windows.signing import CERTIFICATE, PASSWORD, PROGRAM, Certificate, certificate, sign, sign_where_possible

needs_program = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason=f"{PROGRAM} is not installed")


@pytest.fixture(scope="module")
def test_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for code of the test's own, beside it `ca.pem` to check with."""
    folder = tmp_path_factory.mktemp("certificate")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A Test Maker")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    packed = pkcs12.serialize_key_and_certificates(b"test", key, made, None, BestAvailableEncryption(b"p w"))
    (folder / "test.pfx").write_bytes(packed)
    (folder / "password").write_text("p w")
    (folder / "ca.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return Certificate(folder / "test.pfx", folder / "password", None)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A real Windows program: one of those that setuptools has with it (pip's are left out by Debian)."""
    found = importlib.util.find_spec("setuptools")
    assert found is not None
    assert found.origin is not None
    copy = tmp_path / "program.exe"
    shutil.copy(Path(found.origin).parent / "cli-64.exe", copy)
    return copy


def verified(file: Path, chosen: Certificate) -> str:
    words = [PROGRAM, "verify", "-CAfile", str(chosen.file.with_name("ca.pem")), "-in", str(file)]
    ran = subprocess.run(words, capture_output=True, text=True)
    return ran.stdout + ran.stderr


@needs_program
def test_a_program_is_signed_in_place(program: Path, test_certificate: Certificate) -> None:
    before = program.read_bytes()
    sign(program, test_certificate)
    assert program.read_bytes() != before
    said = verified(program, test_certificate)
    assert "A Test Maker" in said
    assert "Signature verification: ok" in said
    assert [path.name for path in program.parent.iterdir()] == ["program.exe"]


@needs_program
def test_a_wrong_password_leaves_the_program_as_it_was(
    program: Path, test_certificate: Certificate, tmp_path: Path
) -> None:
    before = program.read_bytes()
    (tmp_path / "wrong").write_text("wrong")
    with pytest.raises(Missing, match=r"program\.exe could not be signed"):
        sign(program, test_certificate._replace(password=tmp_path / "wrong"))
    assert program.read_bytes() == before


@needs_program
def test_the_environment_names_the_certificate(test_certificate: Certificate) -> None:
    names = {CERTIFICATE: str(test_certificate.file), PASSWORD: str(test_certificate.password)}
    assert certificate(names) == test_certificate


def test_without_a_certificate_it_says_unsigned(
    program: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CERTIFICATE, raising=False)
    assert not sign_where_possible(program)
    assert capsys.readouterr().err.startswith("Unsigned: program.exe")


@pytest.mark.parametrize("variable", [CERTIFICATE, PASSWORD])
def test_a_file_that_is_not_there_is_named(variable: str, program: Path) -> None:
    with pytest.raises(Missing, match=f"{variable} names a file that is not there: /nowhere"):
        certificate({CERTIFICATE: str(program), variable: "/nowhere"})
