// Passkeys: asks this house for a question, has the authenticator answer it, and posts the form with the
// answer. Without script, or where the browser knows no passkeys, these forms stay hidden.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer ?? [])))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (ids) => ids.map((id) => ({ type: "public-key", id: bytes(id) }));

async function make(question) {
  const { user } = question;
  const { response } = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(question.challenge),
      rp: { id: question.rp, name: document.querySelector(".hub")?.textContent ?? question.rp },
      user: { id: bytes(user.id), name: user.name, displayName: user.title },
      pubKeyCredParams: question.algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: named(question.known),
      authenticatorSelection: { residentKey: "preferred", userVerification: question.verify },
      attestation: "none",
      timeout: question.timeout_ms,
    },
  });
  return { client_data: text(response.clientDataJSON), attestation: text(response.attestationObject) };
}

async function show(question) {
  const { rawId, response } = await navigator.credentials.get({
    publicKey: {
      challenge: bytes(question.challenge),
      rpId: question.rp,
      allowCredentials: named(question.known),
      userVerification: question.verify,
      timeout: question.timeout_ms,
    },
  });
  return {
    id: text(rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    user_handle: text(response.userHandle),
  };
}

async function answer(form, box) {
  const said = box.querySelector("[data-said]");
  said.hidden = true;
  try {
    const { _csrf, ticket } = form.elements;
    const body = new URLSearchParams({ _csrf: _csrf.value, for: box.dataset.passkey, ticket: ticket.value });
    const headers = { accept: "application/json" };
    const asked = await fetch("/sign-in/passkey/question", { method: "POST", body, headers });
    if (!asked.ok) {
      const problem = await asked.json();
      throw new Error(problem.detail);
    }
    const question = await asked.json();
    const answered = await (box.dataset.passkey === "enrol" ? make(question) : show(question));
    for (const [name, value] of Object.entries(answered)) form.elements[name].value = value;
    form.submit();
  } catch (error) {
    // A DOMException is the browser's or the device's; its own words are English and technical.
    const ours = error instanceof DOMException ? box.dataset.failed : error.message;
    said.textContent = error.name === "InvalidStateError" ? box.dataset.same : ours;
    said.hidden = false;
  }
}

export function passkeys(page) {
  if (!window.PublicKeyCredential) return;
  for (const box of page.querySelectorAll("[data-passkey]")) {
    box.hidden = false;
    const form = box.querySelector("form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(form, box);
    });
  }
}
