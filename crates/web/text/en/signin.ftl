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
signin-not-done = Not done yet: you have to confirm first who you are. Then you are led back to the page, to do it again.
signin-not-done-kept = Not done yet: you have to confirm first who you are. What you typed is kept. Then you are led back to the page, to look over it and send it again.
signin-demo = Enter as a role
signin-demo-about = This door exists in the demo only. There are role titles, no names of people.
signin-demo-others = The others hold the same roles: compare what is seen from another organisation.
signin-others = Other ways
