# Signing in
signin-title = Sign in
signin-about = Enter your login name, password and the code of your second factor.
signin-login = Login name
signin-password = Password
signin-code = Code
signin-code-hint = The six digits your authenticator shows. Leave empty if you have not set up a second factor.
signin-go = Sign in
signin-again-title = Please confirm again
signin-again-about = Releasing and administering need a second factor shown within the last 15 minutes.
signin-demo = Enter as a role
signin-demo-about = This door exists in the demo only. There are role titles, no names of people.
signin-demo-others = The others hold the same roles: compare what is seen from another organisation.
signin-others = Other ways
