# Why not (one per rule of the policy)
why-not-signed-in = You are not signed in.
why-not-person = Only a person decides this; API keys and jobs can't.
why-not-deriver = You derived it, so only another officer can approve it.
why-not-provider-party = Officers of the provider's own party can't handle it.
why-not-second-factor = A second factor (such as an authenticator app) has to be set up and shown.
why-not-recent = You confirmed who you are more than 15 minutes ago. Please give the second factor again.
why-not-member = Only parties whose membership is in force can do this.
why-not-scope = This API key does not have that permission.
why-not-role = Your role does not have that permission.
why-not-system = Jobs of the system may not do this.
why-not-unknown = The permission could not be checked, so nothing was done. Please tell the operators.
