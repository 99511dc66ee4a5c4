import type { IncomingMessage } from 'node:http';

/** Express' compiled `trust proxy` setting: whether the address of the `hop`th sender, counted from here, is a proxy of ours. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** The address that Express would call `request.ip`: the nearest sender that is not a trusted proxy. Null once the socket is gone. */
export function clientAddress(request: IncomingMessage, trusts: TrustsProxy): string | null {
  const told = String(request.headers['x-forwarded-for'] ?? '');
  if (told === '') return request.socket.remoteAddress ?? null;
  const forwarded = told.split(',').map((address) => address.trim());
  const senders = [request.socket.remoteAddress ?? '', ...forwarded.reverse()];
  return senders.find((address, hop) => !trusts(address, hop)) ?? senders.at(-1) ?? null;
}

/** So many answers are remembered at the most, and each for an address of at most so many characters: more has none. */
const REMEMBERED = 1_000;
const LONGEST_ADDRESS = 45;

/**
 * The same, with its answers remembered: to parse an address and compare it with networks takes longer than all the rest of an
 * answer to a good key. `TRUST_PROXY` names addresses alone, so the hop makes no difference.
 */
export function remembering(trusts: TrustsProxy): TrustsProxy {
  const known = new Map<string, boolean>();
  return (address, hop) => {
    const remembered = known.get(address);
    if (remembered !== undefined) return remembered;
    const answer = trusts(address, hop);
    if (address.length > LONGEST_ADDRESS) return answer;
    if (known.size >= REMEMBERED) known.clear();
    known.set(address, answer);
    return answer;
  };
}
