"""The library that guesses character sets is loaded when one is guessed."""

import subprocess
import sys

_GUESSED = """
import sys
import warnings
warnings.simplefilter("error")
from companion.services.http.session import new_session
import requests
new_session().close()
def parts():
    return {name for name in sys.modules if name.startswith("charset_normalizer.")} - {"charset_normalizer.version"}
print(sorted(parts()))
answer = requests.Response()
answer._content = "Straße nach Köln, früher größer".encode("utf-8")
print(ascii(answer.text), answer.apparent_encoding, "charset_normalizer.api" in parts())
import charset_normalizer
print(charset_normalizer.__version__ == charset_normalizer.version.__version__, callable(charset_normalizer.from_bytes))
print(hasattr(charset_normalizer, "nothing_of_the_kind"), hasattr(charset_normalizer, "__nothing__"))
"""
_AT_ONCE = """
import threading
import companion.services.http
import charset_normalizer
begin, found = threading.Barrier(4), []
def guess():
    begin.wait()
    found.append(str(charset_normalizer.from_bytes(b"a text").best()))
threads = [threading.Thread(target=guess) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(found)
"""


def ran(code: str) -> list[str]:
    words = [sys.executable, "-c", code]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()


def test_requests_is_loaded_without_it_and_guesses_as_before() -> None:
    before, guessed, whole, missing = ran(_GUESSED)
    assert before == "[]"
    assert guessed == r"'Stra\xdfe nach K\xf6ln, fr\xfcher gr\xf6\xdfer' utf-8 True"
    assert whole == "True True"
    assert missing == "False False"


def test_threads_that_guess_at_once_load_it_once() -> None:
    assert ran(_AT_ONCE) == [str(["a text"] * 4)]
