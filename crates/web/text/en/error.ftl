# What is wrong in what was entered, and how to put it right
error-code-wrong = The code does not fit. Check the clock of your device and enter the next code.
error-empty = This is empty. Please fill it in.
error-idempotency-key = Idempotency-Key must be 1 to 200 bytes.
error-password-easy = This password is common or easy to guess. Please choose another, longer one.
error-password-hash = The password could not be stored. Please try again.
error-password-long = This is too long.
error-password-short = This is too short. At least 12 characters are needed.
error-password-wrong = The current password is wrong.
error-reason = Please give a reason of at most 2,000 bytes.
error-source = The source can't be read.
error-stix = This is not valid STIX 2.1.
error-text = This can't be accepted as written. Check its length and characters.
error-too-large = This is too long or too many. Please send it in parts.
error-unknown-kind = Records of this kind can't be handled.
error-unknown-sector = Choose a sector that is in force today.
