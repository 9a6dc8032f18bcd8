"""Who may change keys and accounts: the registrar; a home that has none yet lets its first accounts be made.

Whoever could make accounts freely could approve what they prepared; whoever could change keys could sign what nobody
approved.
"""

from vc_issuer.config import Mode
from vc_issuer.errors import VcIssuerError
from vc_issuer.issuance.approve import note_refusal
from vc_issuer.store.audit import Deed
from vc_issuer.store.database import Session
from vc_issuer.store.people import active_account, has_registrar, require_role
from vc_issuer.wiring.home import Home

KEEPER = "registrar"


def check_may_change_keys(home: Home, deed: Deed, action: str, subject: str) -> None:
    """Return if the account may take this step with keys; a refusal is recorded. Raises NotFoundError, RuleError.

    In production that is a registrar; a demonstration or test without one leaves it to any account.
    """
    try:
        with home.database.reading() as session:
            if home.settings.mode is Mode.PRODUCTION or has_registrar(session):
                require_role(session, deed.actor, KEEPER)
            active_account(session, deed.actor)
    except VcIssuerError as error:
        note_refusal(home.database, deed, action, subject, error)
        raise


def check_may_change_account(home: Home, deed: Deed, action: str, name: str) -> None:
    """Return if somebody may change the account `name`; a refusal is recorded. Raises NotFoundError, RuleError.

    Everybody may set their own password. For the rest it takes a registrar, as soon as the home has one.
    """
    try:
        with home.database.reading() as session:
            _check_account(session, deed.actor, action, name)
    except VcIssuerError as error:
        note_refusal(home.database, deed, action, name, error)
        raise


def _check_account(session: Session, actor: str, action: str, name: str) -> None:
    if not has_registrar(session):
        return
    if action == "account.password" and actor == name:
        active_account(session, name)
        return
    require_role(session, actor, KEEPER)
