# Keys that mail is encrypted to
openpgp-fingerprint = Fingerprint
openpgp-ends = Expires
openpgp-smime = Mail is not encrypted to S/MIME certificates yet. Without an OpenPGP key, information from TLP:AMBER up is announced by a notice only.
openpgp-neither = This is neither an OpenPGP public key nor a certificate, or it is larger than 64 KiB. Paste everything from -----BEGIN to -----END and nothing else.
openpgp-unreadable = This cannot be read as a public key ({ $what }). Paste everything from -----BEGIN to -----END as it is.
openpgp-private = This holds a private key. Paste the public key only, and never let the private key out of your hands.
openpgp-not-one = Paste exactly one public key ({ $what }).
openpgp-too-large = The key is too large ({ $what }). Export it without the signatures of others.
openpgp-revoked = This key is revoked. Give a new one.
openpgp-expired = This key has expired ({ $what }). Extend it and export it again, or give a new one.
openpgp-later = This key was made in the future ({ $what }).
openpgp-unsigned = This key carries no good signature of its own ({ $what }).
openpgp-no-subkey = This key has no subkey to encrypt to ({ $what }).
openpgp-weak = This key cannot be used ({ $what }). Give one of RSA with 2048 bits or more, or on an elliptic curve (Curve25519, NIST P-256 and the like), signed with SHA-256 or better.
