"""Errors as RFC 9457 problem details: a status, a stable code, its sentence, its numbers; never a value."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from registration.errors import Expected, VoterCanFix, WillRetry
from resources import texts

log = logging.getLogger(__name__)

_BY_STATUS = {404: "call.not_found", 405: "call.not_allowed", 413: "call.too_large"}


class Problem(Exception):
    """An answer that is an error. `code` has its words under ``errors.``; `retry_after` is in seconds."""

    def __init__(self, status: int, code: str, *, retry_after: int = 0, **params: str | int) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.params = params
        self.retry_after = retry_after


def answer(
    status: int, code: str, params: Mapping[str, str | int], language: str = "sq", retry_after: int = 0
) -> JSONResponse:
    """Return the problem document."""
    lang = language if language in texts.LANGUAGES else texts.LANGUAGES[0]
    text_id = f"errors.{code}"
    body = {
        "type": "about:blank",
        "title": texts.text(lang, text_id, **params) if texts.has(lang, text_id) else code,
        "status": status,
        "code": code,
        "params": dict(params),
    }
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def language_of(request: Request) -> str:
    """Return the first language the caller asks for that we speak."""
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in texts.LANGUAGES:
            return tag
    return texts.LANGUAGES[0]


def install(app: FastAPI) -> None:
    """Turn every error that leaves a route into a problem document."""

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Problem) -> Response:
        return answer(error.status, error.code, error.params, language_of(request), error.retry_after)

    @app.exception_handler(Expected)
    def _expected(request: Request, error: Expected) -> Response:
        status = 422 if isinstance(error, VoterCanFix) else 503 if isinstance(error, WillRetry) else 409
        return answer(status, error.code, error.params, language_of(request))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(422, "call.invalid", {}, language_of(request))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        code = _BY_STATUS.get(error.status_code, "call.invalid")
        return answer(error.status_code, code, {}, language_of(request))


def log_passing(error: BaseException, where: str) -> None:
    """Log what will pass by itself: its kind only."""
    log.info("%s in %s; the caller tries again", type(error).__name__, where)


def log_fault(error: BaseException, where: str) -> None:
    """Log a bug: its kind and the lines it went through, without its text, which might hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    steps = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames[-8:]))
    log.error("%s in %s: %s", type(error).__name__, where, steps)
