import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { answer, canonical, Zone, type DnsFailure, type DnsQuery, type TxtRecord } from './dns-zone.js';

export type { DnsFailure, DnsQuery, TxtRecord } from './dns-zone.js';

export interface DnsServer {
  /** `127.0.0.1:<port>`, as `DNS_RESOLVERS` and `Resolver.setServers` take it. */
  readonly address: string;
  readonly port: number;
  /** Replaces the TXT records of a name. None at all leaves a name that exists without TXT records. */
  setTxt(name: string, records: readonly TxtRecord[]): void;
  /** The name is an alias; a query for any type is answered with the target's records too, where it has them. */
  setCname(name: string, target: string): void;
  setNs(name: string, hosts: readonly string[]): void;
  setA(name: string, addresses: readonly string[]): void;
  /** A zone begins here; resolvers may remember for so many seconds that there is nothing in it. */
  setSoa(name: string, minimumSeconds: number): void;
  /** Takes away a name's records, so that it no longer exists (unless names below it do). */
  remove(name: string): void;
  /** `.` fails everything. */
  fail(name: string, failure: DnsFailure): void;
  /** Ends the failure set on that very name. */
  recover(name: string): void;
  /** No records, no failures, no queries. */
  clear(): void;
  /** Every question received, oldest first. */
  readonly queries: readonly DnsQuery[];
  stop(): Promise<void>;
}

/** An authoritative DNS server for every name there is, on 127.0.0.1 over UDP and TCP. Names know no case (RFC 4343). */
export async function startDnsServer({ port = 0 }: { port?: number } = {}): Promise<DnsServer> {
  const zone = new Zone();
  const queries: DnsQuery[] = [];
  const connections = new Set<Socket>();
  const tcp = createServer((socket) => {
    connections.add(socket.once('close', () => connections.delete(socket)));
    serveTcp(socket, zone, queries);
  });
  const udp = createSocket('udp4');
  udp.on('message', (message, peer) => {
    const reply = answer(message, 'udp', zone, queries);
    if (typeof reply !== 'string') udp.send(reply, peer.port, peer.address);
  });
  const bound = await bindBoth(tcp, udp, port);

  return {
    address: `127.0.0.1:${bound}`,
    port: bound,
    setTxt: (name, records) => zone.set(name, 'TXT', records.map(chunksOf)),
    setCname: (name, target) => zone.set(name, 'CNAME', [target]),
    setNs: (name, hosts) => zone.set(name, 'NS', hosts),
    setA: (name, addresses) => zone.set(name, 'A', addresses),
    setSoa: (name, minimumSeconds) => zone.set(name, 'SOA', [String(minimumSeconds)]),
    remove: (name) => zone.remove(name),
    fail: (name, failure) => void zone.failures.set(canonical(name), failure),
    recover: (name) => void zone.failures.delete(canonical(name)),
    clear: () => {
      zone.clear();
      queries.length = 0;
    },
    queries,
    stop: () => stop(tcp, udp, connections),
  };
}

/** The chunks of a TXT record, each of at most 255 bytes (RFC 1035 3.3.14). */
function chunksOf(txt: TxtRecord): readonly Buffer[] {
  if (typeof txt !== 'string') return txt.map((chunk) => Buffer.from(chunk));
  const bytes = Buffer.from(txt);
  const count = Math.max(1, Math.ceil(bytes.length / 255));
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * 255, (index + 1) * 255));
}

function serveTcp(socket: Socket, zone: Zone, queries: DnsQuery[]): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const reply = answer(received.subarray(2, end), 'tcp', zone, queries);
      received = received.subarray(end);
      if (reply === 'hang-up') socket.destroy();
      else if (reply !== 'silence') socket.write(Buffer.concat([lengthOf(reply), reply]));
    }
  });
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}

/** One port for both: where the port is free to choose, TCP chooses and another is tried should UDP have it taken. */
async function bindBoth(tcp: Server, udp: UdpSocket, port: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    await settled(tcp, () => tcp.listen(port, '127.0.0.1'));
    const chosen = (tcp.address() as AddressInfo).port;
    try {
      await settled(udp, () => udp.bind(chosen, '127.0.0.1'));
      return chosen;
    } catch (error) {
      await new Promise((resolve) => tcp.close(resolve));
      if (port !== 0 || attempt === 5) throw error;
    }
  }
}

function settled(server: Server | UdpSocket, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    start();
  });
}

async function stop(tcp: Server, udp: UdpSocket, connections: ReadonlySet<Socket>): Promise<void> {
  connections.forEach((socket) => socket.destroy());
  await Promise.all([
    new Promise<void>((resolve) => udp.close(() => resolve())),
    new Promise((resolve) => tcp.close(resolve)),
  ]);
}
