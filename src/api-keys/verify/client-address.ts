import type { IncomingMessage } from 'node:http';

/** Express' compiled `trust proxy` setting: whether the address of the `hop`th sender, counted from here, is a proxy of ours. */
export type TrustsProxy = (address: string, hop: number) => boolean;

/** The address that Express would call `request.ip`: the nearest sender that is not a trusted proxy. Null once the socket is gone. */
export function clientAddress(request: IncomingMessage, trusts: TrustsProxy): string | null {
  const told = String(request.headers['x-forwarded-for'] ?? '');
  const forwarded = told === '' ? [] : told.split(',').map((address) => address.trim());
  const senders = [request.socket.remoteAddress ?? '', ...forwarded.reverse()];
  return senders.find((address, hop) => !trusts(address, hop)) ?? senders.at(-1) ?? null;
}
