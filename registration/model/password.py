"""The password rule PA-15: at least 8 characters, with upper case, lower case and a digit; symbols welcome (D-03)."""

from __future__ import annotations

from dataclasses import dataclass

from registration.model.person import Finding

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 128
"""A bound against absurd input, far above what anyone types."""

_COMMON_LIST = """
1q2w3e4r 1qaz2wsx a1234567 aa123456 abc12345 abcd1234 admin123 albania1 albania123 asdf1234
changeme1 dragon123 durres123 elbasan123 fjalekalimi1 fjalëkalimi1 football1 iloveyou1 kosova123
kuqezi123 kuqezi1234 letmein1 master123 monkey123 passw0rd1 password1 password12 password123
princess1 prishtina1 qwerty123 qwerty1234 qwertyui1 shkodra123 shqipe123 shqiperi1 shqiperia1
shqipëria1 sunshine1 test1234 tirana123 tirana2025 tirana2026 vlora123 votimi123 welcome1 welcome123
zaq12wsx zgjedhje1 zgjedhje2025
"""
_COMMON = frozenset(_COMMON_LIST.split())
"""Guessed first by anyone; compared without case. The server holds the longer block-list."""


@dataclass(frozen=True, slots=True)
class PasswordTicks:
    """The rule part by part, for the live ticks of the page."""

    length: bool
    upper: bool
    lower: bool
    digit: bool
    same: bool

    @property
    def all(self) -> bool:
        return self.length and self.upper and self.lower and self.digit and self.same


def ticks(password: str, repeat: str) -> PasswordTicks:
    """Judge the password as it is typed. `same` is only true once something was typed."""
    return PasswordTicks(
        length=MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH,
        upper=any(c.isupper() for c in password),
        lower=any(c.islower() for c in password),
        digit=any(c.isdigit() for c in password),
        same=bool(password) and password == repeat,
    )


def check_password(password: str, repeat: str) -> tuple[Finding, ...]:
    """Return what is wrong with it, in the order of the page's fields."""
    judged = ticks(password, repeat)
    findings = [
        Finding(f"password.{part}", "password")
        for part in ("length", "upper", "lower", "digit")
        if not getattr(judged, part)
    ]
    if not findings and password.lower() in _COMMON:
        findings.append(Finding("password.common", "password"))
    if not judged.same:
        findings.append(Finding("password.differs", "repeat"))
    return tuple(findings)
