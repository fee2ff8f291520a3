# Why not (rights)
why-not-signed-in = Sign in first.
why-not-temporary-password = Your password is a temporary one. Change it first.
why-not-person = An API key can't do this. A person has to sign in.
why-not-deriver = You took part in writing it, so only another officer may release it.
why-not-provider-party = An officer of the provider's own party can't handle it.
why-not-second-factor = Sign in with a second factor first.
why-not-recent = You need to have signed in within the last 15 minutes. Please confirm again.
why-not-member = Only parties whose membership is in force may use this.
why-not-scope = This API key does not have that scope.
why-not-role = Your role does not have the right to do this.
why-not-system = A job of the system can't do this.
why-not-unknown = This is not permitted.
why-not-delegated = The powers given to your party do not include this.
