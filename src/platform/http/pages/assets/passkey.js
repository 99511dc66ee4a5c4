// Asks the browser for a passkey and sends its answer with the form of the page. The one script of the hosted pages.
const form = document.querySelector('form[data-ceremony]');
const button = form.querySelector('button');
const problem = document.querySelector('#problem');

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The options as the browser wants them: bytes for base64url (WebAuthn Level 3, 5.1.8 and 5.1.9). */
function decoded({ challenge, user, allowCredentials, excludeCredentials, ...rest }) {
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...rest,
    challenge: bytes(challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(allowCredentials && { allowCredentials: known(allowCredentials) }),
    ...(excludeCredentials && { excludeCredentials: known(excludeCredentials) }),
  };
}

/** The answer as text: base64url for bytes (WebAuthn Level 3, 5.1). */
function encoded({ id, rawId, type, response, authenticatorAttachment }) {
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const given = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  const transports = response.getTransports?.();
  return {
    id,
    rawId: text(rawId),
    type,
    authenticatorAttachment: authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: { ...Object.fromEntries(given), ...(transports && { transports }) },
  };
}

async function ask() {
  button.disabled = true;
  problem.hidden = true;
  try {
    const publicKey = decoded(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials[form.dataset.ceremony]({ publicKey });
    form.elements.namedItem('credential').value = JSON.stringify(encoded(credential));
    form.submit();
  } catch {
    button.disabled = false;
    problem.hidden = false;
    problem.focus();
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask();
});
button.hidden = false;
if (window.PublicKeyCredential) void ask();
else problem.hidden = false;
