"""Browsers in which somebody signed in before: strangers who guess can't lock them out (OWASP's device cookies).

A browser that signed in keeps a token: random bits, and a MAC of them with the account and the hash of its password
under the home's storage key. It opens nothing. It only has the browser's wrong passwords counted apart from those of
browsers that nobody knows. A new password makes every token of the account worthless.
"""

import hmac

from vc_issuer.store.vault import RandomBytes, Vault

NONCE_BYTES = 16
TOKEN_LETTERS = 2 * (NONCE_BYTES + 32)


def browser_token(vault: Vault, account: str, password_hash: str, *, random_bytes: RandomBytes) -> str:
    """Return a token for a browser in which the account has just signed in: 96 hexadecimal digits."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce.hex() + _mac(vault, account, password_hash, nonce.hex())


def is_known_browser(vault: Vault, account: str, password_hash: str, token: str) -> bool:
    """Tell whether a token was given for this account under its present password."""
    if len(token) != TOKEN_LETTERS:
        return False
    nonce, mac = token[: 2 * NONCE_BYTES], token[2 * NONCE_BYTES :]
    return hmac.compare_digest(mac.encode(), _mac(vault, account, password_hash, nonce).encode())


def _mac(vault: Vault, account: str, password_hash: str, nonce: str) -> str:
    return vault.blind_index(f"{account}\0{password_hash}\0{nonce}", "console.known_browsers").hex()
