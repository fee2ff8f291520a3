// What pages do beyond HTML. Each part works on its own, and every page works without them.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

import { draftsWithoutFiles } from "./draft.js";
import { copyOnClick } from "./copy.js";
import { keyboard } from "./keyboard.js";
import { closeOutside, focusFirstError } from "./open.js";
import { keepTyped } from "./typed.js";
import { passkeys } from "./passkey.js";
import { searchTerms } from "./search.js";

copyOnClick(document);
draftsWithoutFiles(document);
keepTyped(document);
keyboard(document);
closeOutside(document);
focusFirstError(document);
passkeys(document);
searchTerms(document);
