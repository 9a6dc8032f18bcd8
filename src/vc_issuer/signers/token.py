"""A PKCS #11 token as this process sees it: one session and one login, shared by every key that lies on the token.

PKCS #11 logs in a process, not a session (2.40 section 2.6.4), and many tokens allow few sessions. So the session is
opened with the first signer and closed with the last; when the token was away, it is opened anew, and key handles from
before count for nothing. A PIN that was refused once is not tried again: a few more would lock the token.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pkcs11
from pkcs11 import ObjectClass, PrivateKey, Session
from pkcs11.exceptions import (
    MultipleTokensReturned,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    SessionCount,
    UserAlreadyLoggedIn,
)

from vc_issuer.errors import ConfigurationError, SignerError
from vc_issuer.signers.token_uri import TokenUri

T = TypeVar("T")
_PIN_ERRORS = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)


class Token:
    """One token in this process. `generation` counts sessions: a handle belongs to one of them."""

    def __init__(self, uri: TokenUri) -> None:
        self._uri = uri
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._users = 0
        self._pin: str = ""
        self._refused = ""
        self.generation = 0

    @property
    def name(self) -> str:
        """Return what a person calls the token."""
        return self._uri.token or self._uri.serial

    def join(self, pin: str) -> None:
        """Open the session if this is the first key in use. Raises SignerError, ConfigurationError."""
        with self._lock:
            if self._session is None:
                self._pin = pin
                self._session = self._open(reload=False)
            self._users += 1

    def leave(self) -> None:
        """Close the session, and log out, when the last key in use is given back."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._close()

    def use(self, work: Callable[[Session], T]) -> T:
        """Do `work` in the session; again in a new one if the token was away or forgot the login.

        Raises SignerError, which is retryable: whoever is there when the token is back goes on.
        """
        with self._lock:
            if self._session is not None:
                try:
                    return work(self._session)
                except PKCS11Error:
                    # Drivers name a token that went away in a dozen ways; what fails thrice is told as it is.
                    self._close()
            try:
                return work(self._renew(reload=False))
            except (PKCS11Error, SignerError) as error:
                if isinstance(error, SignerError) and not error.retryable:
                    raise
                self._close()
            try:
                return work(self._renew(reload=True))
            except PKCS11Error as error:
                self._close()
                raise SignerError(
                    f"the token {self.name} does not do what it was asked ({type(error).__name__}).",
                    remedy="Check that it is plugged in and healthy, then run the same command again: it goes on.",
                    retryable=True,
                ) from error

    @contextmanager
    def writable(self) -> Iterator[Session]:
        """Give a session that may make keys, in the place of the shared one: some tokens allow one alone."""
        with self._lock:
            self._close()
            session = self._open(reload=False, writes=True)
            try:
                yield session
            finally:
                session.close()
                self._session = self._open(reload=False)

    def _renew(self, *, reload: bool) -> Session:
        session = self._session = self._open(reload=reload)
        return session

    def _close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except PKCS11Error:
                return  # It went with its token.

    def _open(self, *, reload: bool, writes: bool = False) -> Session:
        try:
            driver = pkcs11.lib(self._uri.module)
            if reload:
                # A driver shows slots as they were when it was loaded; only a new start sees a token that came back.
                driver.reinitialize()
        except PKCS11Error as error:
            if Path(self._uri.module).exists():  # A driver says at its start that its token is away.
                raise self._away(error) from error
            raise ConfigurationError(
                f"the token driver {self._uri.module} can't be loaded.", remedy="Correct module-path in the key's URI."
            ) from error
        try:
            token = driver.get_token(**self._wanted())
            session = self._log_in(token, writes=writes)
        except MultipleTokensReturned as error:
            raise ConfigurationError(
                f"several tokens are called {self.name}.", remedy="Name one by its serial= in the key's URI."
            ) from error
        except SessionCount as error:
            raise SignerError(
                f"the token {self.name} has no session left.",
                remedy="Let fewer processes sign at once (keys.token_sessions).",
                retryable=True,
            ) from error
        except PKCS11Error as error:
            raise self._away(error) from error
        self.generation += 1
        return session

    def _wanted(self) -> dict[str, str | bytes]:
        wanted: dict[str, str | bytes] = {}
        if self._uri.token:
            wanted["token_label"] = self._uri.token
        if self._uri.serial:
            wanted["token_serial"] = self._uri.serial.encode()
        return wanted

    def _log_in(self, token: pkcs11.Token, *, writes: bool) -> Session:
        if self._refused and self._refused == self._pin:
            raise self._wrong_pin()
        try:
            return token.open(rw=writes, user_pin=self._pin)
        except UserAlreadyLoggedIn:
            return token.open(rw=writes)
        except _PIN_ERRORS as error:
            self._refused = self._pin
            raise self._wrong_pin() from error

    def _wrong_pin(self) -> SignerError:
        return SignerError(
            f"the token {self.name} refuses the PIN.",
            remedy="Correct the file that keys.pin_file names; a few wrong PINs lock a token.",
        )

    def _away(self, error: PKCS11Error) -> SignerError:
        return SignerError(
            f"the token {self.name} is not there ({type(error).__name__}).",
            remedy="Plug it in, then run the same command again: it goes on where it stopped.",
            retryable=True,
        )


_tokens: dict[tuple[str, str, str], Token] = {}
_tokens_lock = threading.Lock()


def token_of(uri: TokenUri) -> Token:
    """Return the one object that stands for this token in this process."""
    with _tokens_lock:
        return _tokens.setdefault((uri.module, uri.token, uri.serial), Token(uri))


def find_private_key(session: Session, uri: TokenUri) -> PrivateKey:
    """Return the one private key that the URI names. Raises ConfigurationError for none, and for several."""
    attributes: dict[pkcs11.Attribute, object] = {pkcs11.Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    attributes |= {pkcs11.Attribute.LABEL: uri.label} if uri.label else {}
    attributes |= {pkcs11.Attribute.ID: uri.key_id} if uri.key_id else {}
    found = [key for key in session.get_objects(attributes) if isinstance(key, PrivateKey)]
    if len(found) != 1 or not (uri.label or uri.key_id):
        what = "several keys" if len(found) > 1 else "no key"
        raise ConfigurationError(
            f"the token holds {what} under {uri.label or uri.key_id.hex() or 'no name'}.",
            remedy="Name one key by object= and id= in its URI.",
        )
    return found[0]
