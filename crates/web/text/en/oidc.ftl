# Signing in with OpenID Connect
oidc-go = Sign in with { $label }
oidc-title = Linked identities
oidc-about = Link an identity at { $label } and sign in with it. Up to five.
oidc-off = No identity provider
oidc-off-about = This hub has no identity provider configured.
oidc-none = No identity is linked
oidc-subject = Identifier
oidc-issuer = Provider
oidc-link = Link an identity at { $label }
oidc-leave = Go to { $label }
oidc-leave-about = Confirm who you are at { $label }; you then come back to this account. You have ten minutes.
oidc-linked = The identity is linked. You can sign in with it from now on.
oidc-unlink = Unlink
oidc-unlink-which = Unlink { $subject }
oidc-unlinked = The identity was unlinked.
oidc-back = Back to the account
oidc-manage = Manage linked identities
