import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { PasskeyRefusal } from './passkey-refusals.js';

/** An authenticator's answer is a few kilobytes, attestation included. */
const LONGEST = 20_000;

/** Which of the two it is, and whether the rest of it is right, is for the library to find out. */
type Answer = AuthenticationResponseJSON & RegistrationResponseJSON;

/** What a browser says it has asked the authenticator for (WebAuthn Level 3, 5.8.1). */
interface ClientData {
  readonly challenge: string;
}

/**
 * Reads what came as an authenticator's answer, as far as the challenge in it.
 * @param given the JSON form of a PublicKeyCredential (WebAuthn Level 3, 5.1), as an object or as text
 * @throws PasskeyRefusal with PASSKEY_MALFORMED
 */
export function readAnswer(given: unknown): { answer: Answer; challenge: string } {
  const value = typeof given === 'string' ? parsed(given) : given;
  if (!isAnswer(value)) throw new PasskeyRefusal('PASSKEY_MALFORMED', 'no answer of an authenticator');
  const clientData = parsed(Buffer.from(value.response.clientDataJSON, 'base64url').toString());
  if (!isClientData(clientData)) throw new PasskeyRefusal('PASSKEY_MALFORMED', 'no client data');
  return { answer: value, challenge: clientData.challenge };
}

function parsed(text: string): unknown {
  if (text.length > LONGEST) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isAnswer(value: unknown): value is Answer {
  const { id, response } = (value ?? {}) as { id?: unknown; response?: { clientDataJSON?: unknown } | null };
  return typeof id === 'string' && id.length <= 2_000 && typeof response?.clientDataJSON === 'string';
}

/** A frame in a page of another origin is no place for a passkey of ours. */
function isClientData(value: unknown): value is ClientData {
  const { challenge, crossOrigin } = (value ?? {}) as { challenge?: unknown; crossOrigin?: unknown };
  return typeof challenge === 'string' && crossOrigin !== true;
}
