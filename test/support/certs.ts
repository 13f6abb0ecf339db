import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** PEM texts of a certificate and its key. */
export interface Certificate {
  cert: string;
  key: string;
}

const DAY = 86_400_000;

// Just enough DER (X.690) to write an X.509 certificate (RFC 5280), so that no key lies in the repository.
const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const commonName = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
const extension = (hex: string, value: Buffer): Buffer => sequence(oid(hex), der(0x04, value));
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

/** Makes a certificate for names and IPv4 addresses: self-signed, or signed by `by`. Valid from `from` to `to`, ms. */
export function makeCertificate(options: {
  name: string;
  names?: string[];
  addresses?: string[];
  authority?: boolean;
  by?: Certificate & { name: string };
  from?: number;
  to?: number;
}): Certificate & { name: string } {
  const { name, names = [], addresses = [], by } = options;
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: KeyObject = by ? createPrivateKey(by.key) : pair.privateKey;
  const alternative = sequence(
    ...names.map((text) => der(0x82, Buffer.from(text))),
    ...addresses.map((ip) => der(0x87, Buffer.from(ip.split('.').map(Number)))),
  );
  const extensions = [
    extension('551d13', options.authority ? sequence(der(0x01, Buffer.from([0xff]))) : sequence()),
    ...(names.length + addresses.length > 0 ? [extension('551d11', alternative)] : []),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    commonName(by?.name ?? name),
    sequence(time(options.from ?? Date.now() - DAY), time(options.to ?? Date.now() + 30 * DAY)),
    commonName(name),
    createPublicKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
      type: 'spki',
      format: 'der',
    }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signer);
  return {
    name,
    cert: pem('CERTIFICATE', sequence(body, ECDSA_SHA256, der(0x03, Buffer.from([0]), signature))),
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
