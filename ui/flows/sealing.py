"""From a finished journey to a sealed packet: which submission it is, and who finishes it. Runs off the UI thread."""

from __future__ import annotations

from registration.catalog.definitions import Finish, Service
from registration.journey.state import Facts, State
from registration.model.ids import AccountId, RequestId
from registration.ports.vault import OutboxEntry
from registration.usecases.file_request import request_submission
from registration.usecases.open_account import account_submission, open_account
from ui.flows.voter_services import Voter, VoterServices


def seal(
    services: VoterServices, service: Service, state: State, facts: Facts, voter: Voter, language: str
) -> OutboxEntry:
    """Seal what the voter finished; an account's evidence then stays with `voter` for the request that follows."""
    if service.finish is Finish.ACCOUNT:
        account = account_submission(service, state, facts, AccountId(services.new_id()), language)
        opened = open_account(account, voter.key, drafts=services.drafts, outbox=services.outbox)
        voter.profile = opened.profile
        return opened.entry
    assert service.finish is Finish.REQUEST
    assert voter.profile is not None
    request = request_submission(service, state, facts, voter.profile, RequestId(services.new_id()), language)
    return services.outbox.finish(request, voter.key, service.id)
