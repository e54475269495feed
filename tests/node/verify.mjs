// Whether another library finds a pass's signature good: pkijs, which shares nothing with OpenSSL.
//
//     node verify.mjs SIGNATURE MANIFEST AUTHORITY.pem
//
// Writes {"good", "signedAt", "certificates"}.

import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

const SIGNING_TIME = "1.2.840.113549.1.9.5";
const [signature, manifest, authority] = process.argv.slice(2).map((path) => readFileSync(path));

const exact = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
pkijs.setEngine("node", new pkijs.CryptoEngine({ name: "node", crypto: webcrypto }));

const info = pkijs.ContentInfo.fromBER(exact(signature));
const signed = new pkijs.SignedData({ schema: info.content });
const der = Buffer.from(authority.toString().replaceAll(/-----[^-]+-----|\s/g, ""), "base64");

let good;
try {
  good = await signed.verify({
    signer: 0,
    data: exact(manifest),
    trustedCerts: [pkijs.Certificate.fromBER(exact(der))],
    checkChain: true,
  });
} catch (error) {
  good = false;
}
const told = signed.signerInfos[0].signedAttrs.attributes.find((it) => it.type === SIGNING_TIME);
process.stdout.write(
  JSON.stringify({
    good,
    signedAt: told?.values[0].toDate().toISOString() ?? null,
    certificates: signed.certificates.length,
    detached: signed.encapContentInfo.eContent === undefined,
  }),
);
