import { connect } from "node:net";
import { call, loopback, opens, unixAddress } from "../support/kernel.ts";
import { type Attempt, works } from "./attempt.ts";

const AF = {
  unix: 1,
  inet: 2,
  inet6: 10,
  netlink: 16,
  packet: 17,
  bluetooth: 31,
  ciphers: 38,
  vsock: 40,
  xdp: 44,
} as const;
const SOCK = { stream: 1, datagram: 2, raw: 3, packets: 5 } as const;

/** Sends one datagram to a Unix socket, on a socket of its own or on one half of a pair. */
function sendTo(name: string, socket: number): boolean {
  const address = unixAddress(name);
  return socket >= 0 && call("sendto", socket, "x", 1, 0, address, address.length) === 1;
}

function connectTo(name: string, type: number = SOCK.stream): boolean {
  const socket = call("socket", AF.unix, type, 0);
  const address = unixAddress(name);
  return socket >= 0 && call("connect", socket, address, address.length) === 0;
}

async function reaches(hostname: string, port: number): Promise<boolean> {
  return await Deno.connect({ hostname, port }).then((connection) => {
    connection.close();
    return true;
  }, () => false);
}

export const pairWorks = (): boolean =>
  call("socketpair", AF.unix, SOCK.stream, 0, new Uint8Array(8)) === 0;

export const NETWORK_ATTEMPTS: readonly Attempt[] = [
  {
    name: "connect to a server of the host",
    act: ({ tcpPort }) => reaches("127.0.0.1", tcpPort),
    neighbour: pairWorks,
  },
  {
    name: "connect to it by IPv6",
    act: ({ tcpPort }) => reaches("::ffff:127.0.0.1", tcpPort),
    optional: "there is no IPv6",
  },
  {
    name: "connect to it by another library",
    act: ({ tcpPort }) =>
      new Promise<boolean>((resolve) => {
        const socket = connect(tcpPort, "127.0.0.1", () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => resolve(false));
      }),
  },
  {
    name: "send a datagram to the host",
    act: ({ udpPort }) => {
      const address = loopback(udpPort);
      const socket = call("socket", AF.inet, SOCK.datagram, 0);
      return socket >= 0 && call("sendto", socket, "udp", 3, 0, address, address.length) === 3;
    },
    proof: ({ outside }) => works(() => Deno.removeSync(`${outside}/../datagram-udp`)),
  },
  {
    name: "connect to a daemon's socket",
    act: ({ streamSocket }) => connectTo(streamSocket),
  },
  {
    name: "connect to a daemon's abstract socket",
    act: ({ abstractSocket }) => connectTo(abstractSocket),
  },
  {
    name: "connect to a daemon's socket for packets",
    act: ({ packetSocket }) => connectTo(packetSocket, SOCK.packets),
    neighbour: () => call("socketpair", AF.unix, SOCK.packets, 0, new Uint8Array(8)) === 0,
  },
  {
    name: "send a datagram to a daemon's socket",
    act: ({ datagramSocket }) => sendTo(datagramSocket, call("socket", AF.unix, SOCK.datagram, 0)),
  },
  {
    name: "send a datagram from a pair of sockets",
    act: ({ datagramSocket }) => {
      const pair = new Uint32Array(2);
      call("socketpair", AF.unix, SOCK.datagram, 0, new Uint8Array(pair.buffer));
      const [first = 0] = pair;
      return first > 2 && sendTo(datagramSocket, first);
    },
    // A pair is connected; the kernel lets it name another address all the same.
    optional: "the kernel refuses to send from a pair",
  },
  {
    name: "make a datagram socket by its other name",
    act: () => opens("socket", AF.unix, SOCK.raw, 0),
  },
  {
    name: "make a socket file outside",
    act: ({ outside }) =>
      works(() => Deno.listen({ transport: "unix", path: `${outside}/run.sock` }).close()),
  },
  {
    name: "ask the kernel about the network",
    act: () => opens("socket", AF.netlink, SOCK.raw, 0),
  },
  { name: "read packets", act: () => opens("socket", AF.packet, SOCK.raw, 0), root: true },
  { name: "write raw packets", act: () => opens("socket", AF.inet, SOCK.raw, 255), root: true },
  {
    name: "talk to the hypervisor",
    act: () => opens("socket", AF.vsock, SOCK.stream, 0),
    optional: "the kernel has no such sockets",
  },
  {
    name: "have the kernel encrypt",
    act: () => opens("socket", AF.ciphers, SOCK.packets, 0),
    optional: "the kernel has no such sockets",
  },
  {
    name: "talk to devices by radio",
    act: () => opens("socket", AF.bluetooth, SOCK.raw, 1),
    optional: "the kernel has no such sockets",
  },
  {
    name: "read packets past the kernel's network",
    act: () => opens("socket", AF.xdp, SOCK.raw, 0),
    optional: "the kernel has no such sockets",
  },
  {
    name: "have the kernel do the calls",
    act: () => opens("io_uring_setup", 4, new Uint8Array(120)),
    optional: "switched off on this machine",
  },
];
