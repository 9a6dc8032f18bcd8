// Verifies JAdES seals with Panva's jose: the JWS alone; what etsiU holds is other verifiers' business.
//
//   node seals.mjs < REQUEST > ANSWER
//
// REQUEST: {cases: [{id, envelope}]}, an envelope as text. ANSWER: {verdicts: {id: true | reason}}.
import {readFileSync} from 'node:fs';
import {createHash, X509Certificate} from 'node:crypto';
import * as jose from 'jose';

async function verify(envelope) {
  const {payload, signatures} = JSON.parse(envelope);
  for(const signature of signatures) {
    const header = JSON.parse(Buffer.from(signature.protected, 'base64url'));
    const leaf = new X509Certificate(Buffer.from(header.x5c[0], 'base64'));
    if(header['x5t#S256'] !== createHash('sha256').update(leaf.raw).digest('base64url')) {
      return 'x5t#S256 differs from the certificate';
    }
    await jose.flattenedVerify({payload: new TextEncoder().encode(payload), ...signature}, leaf.publicKey, {
      crit: {sigT: true, adoTst: true}
    });
  }
  return true;
}

const {cases} = JSON.parse(readFileSync(0, 'utf8'));
const verdicts = {};
for(const {id, envelope} of cases) {
  verdicts[id] = await verify(envelope).catch(error => String(error?.message ?? error));
}
console.log(JSON.stringify({verdicts}));
