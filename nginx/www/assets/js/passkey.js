// Passkeys: the browser's credentials in the API's words, all bytes as base64url.

export const arePasskeysKnown = () => 'PublicKeyCredential' in window;

/** Asks for a passkey that exists. With `mediation: 'conditional'` it is offered in the name field. */
export async function usePasskey(challenge, { mediation, signal } = {}) {
  const credential = await navigator.credentials.get({
    mediation, signal,
    publicKey: {
      challenge: bytes(challenge.challenge), rpId: challenge.rp_id, timeout: challenge.timeout,
      userVerification: challenge.user_verification ?? 'required',
    },
  });
  const { response } = credential;
  return {
    id: text(credential.rawId), client_data_json: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData), signature: text(response.signature),
    user_handle: response.userHandle ? text(response.userHandle) : null,
  };
}

/** Makes a passkey. The key comes as SubjectPublicKeyInfo, so nobody has to read CBOR. */
export async function makePasskey(challenge) {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(challenge.challenge), rp: { id: challenge.rp_id, name: challenge.rp_name }, timeout: challenge.timeout,
      user: { id: bytes(challenge.user_handle), name: challenge.user_name, displayName: challenge.user_display_name },
      pubKeyCredParams: challenge.algorithms.map((alg) => ({ type: 'public-key', alg })), attestation: 'none',
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      excludeCredentials: (challenge.exclude ?? []).map(known),
    },
  });
  const { response } = credential;
  return {
    id: text(credential.rawId), client_data_json: text(response.clientDataJSON),
    authenticator_data: text(response.getAuthenticatorData()), public_key: text(response.getPublicKey()),
    algorithm: response.getPublicKeyAlgorithm(), transports: response.getTransports(),
  };
}

const known = ({ id, transports }) => ({ type: 'public-key', id: bytes(id), transports });

/** What a passkey is called as long as nobody has named it. */
export const deviceName = () => navigator.userAgentData?.platform || /\(([^;)]+)/.exec(navigator.userAgent)?.[1] || 'Passkey';

/** The sentence for what the browser answered instead of a passkey. */
export function passkeyRefusal(error) {
  if (error.name === 'InvalidStateError') return 'This device has a passkey for your account already.';
  if (error.name === 'SecurityError') return 'Passkeys work on the host that they were made for, and over HTTPS.';
  if (error.name === 'NotSupportedError') return 'This device makes no passkeys that MASK takes.';
  return 'No passkey was used. Try again, or choose another way.';
}

export const isOfBrowser = (error) => error instanceof DOMException;

function bytes(base64url) {
  const plain = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
