"""One-time codes over HTTP: asked for and typed at a kiosk; the answer never says whether there is an account."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from registration.errors import Expected, VoterCanFix
from registration.model.contact import Contact, ContactKind, parse_email, parse_phone
from resources import texts
from server.kiosks.devices import CallingKiosk, OpenServer, spend_call
from server.problems import Problem
from server.voters import accounts
from server.voters.codes import ask, confirm

router = APIRouter()


class ContactBody(BaseModel):
    kind: ContactKind
    value: str = Field(max_length=254)

    def contact(self) -> Contact:
        """Return the checked contact. Raises Problem 422 ``contact.*``; it must come in its normalised form."""
        read = parse_phone if self.kind is ContactKind.PHONE else parse_email
        try:
            return read(self.value)
        except Expected as error:
            raise Problem(422, error.code) from None


class CodeWanted(BaseModel):
    contact: ContactBody
    language: str = Field(max_length=8)


class CodeTyped(BaseModel):
    ticket: str = Field(max_length=100)
    code: str = Field(max_length=12)


@router.post("/v1/codes", status_code=202, dependencies=[Depends(spend_call)])
def ask_for_code(body: CodeWanted, server: OpenServer, kiosk: CallingKiosk) -> dict[str, object]:
    contact = body.contact.contact()
    language = body.language if body.language in texts.LANGUAGES else texts.LANGUAGES[0]
    rules = server.config().code
    with server.store.write() as unit:
        ticket = ask(unit, server, rules, contact, kiosk.kiosk_id, language)
    return {"ticket": ticket, "expires_in": rules.expires_in, "resend_after": rules.resend_after}


@router.post("/v1/codes/confirm", dependencies=[Depends(spend_call)])
def confirm_code(body: CodeTyped, server: OpenServer, kiosk: CallingKiosk) -> dict[str, object]:
    rules = server.config().code
    with server.store.write() as unit:
        outcome = confirm(unit, server.master, rules, ticket=body.ticket, code=body.code, kiosk_id=kiosk.kiosk_id)
        if isinstance(outcome, tuple):
            exists = accounts.owner_of(unit.connection, unit.election, outcome[1], verified_only=True)
    if isinstance(outcome, VoterCanFix):
        raise outcome
    return {"proof": outcome[0], "account_exists": exists is not None}
