// Verifies everything that a manifest names with implementations that are not ours.
//
//   node verify.mjs MANIFEST [--limit N]
//
// Open Badges: @digitalbazaar/vc with eddsa-rdfc-2022, and DCC's verifier-core. ELM: jose. The network is
// replaced by the files that the manifest names; anything else that is asked for is answered with 404 and reported.
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {createHash, X509Certificate} from 'node:crypto';

const [manifestPath, flag, count] = process.argv.slice(2);
const folder = dirname(manifestPath);
const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
const manifest = readJson(manifestPath);
const limit = flag === '--limit' ? Number(count) : Infinity;

const host = decodeURIComponent(manifest.issuer.split(':')[2]);
const served = new Map([[`https://${host}/.well-known/did.json`, join(folder, manifest.did_document)]]);
for(const list of manifest.status_lists) {
  served.set(list.url, join(folder, list.file));
}
const asked = new Set();
globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  const path = served.get(url);
  if(!path) {
    asked.add(url);
    return new Response('not found', {status: 404});
  }
  return new Response(readFileSync(path), {headers: {'content-type': 'application/ld+json'}});
};

const vc = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {securityLoader} = await import('@digitalcredentials/security-document-loader');
const {verifyCredential} = await import('@digitalcredentials/verifier-core');
const jose = await import('jose');

const didDocument = readJson(join(folder, manifest.did_document));
const contexts = securityLoader({fetchRemoteContexts: false}).build();
async function documentLoader(url) {
  if(url === manifest.issuer) {
    return {contextUrl: null, documentUrl: url, document: didDocument};
  }
  if(url.startsWith(`${manifest.issuer}#`)) {
    const method = didDocument.verificationMethod.find(({id}) => id === url);
    if(!method) {
      throw new Error(`no verification method ${url}`);
    }
    return {
      contextUrl: null, documentUrl: url,
      document: {'@context': 'https://w3id.org/security/multikey/v1', ...method}
    };
  }
  return contexts(url);
}

async function withDigitalBazaar(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, checkStatus: async () => ({verified: true}), now: new Date()
  });
  return result.verified || String(result.error?.errors?.[0]?.message ?? result.error);
}

async function withVerifierCore(credential) {
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  if(result.errors) {
    return JSON.stringify(result.errors.map(({name, message}) => `${name}: ${message}`));
  }
  const log = Object.fromEntries(result.log.map(({id, valid}) => [id, valid]));
  return (log.valid_signature && log.expiration && log.revocation_status !== false) || JSON.stringify(result.log);
}

async function withJose(envelope) {
  const {payload, signatures: [signature]} = JSON.parse(envelope);
  const header = JSON.parse(Buffer.from(signature.protected, 'base64url'));
  const leaf = new X509Certificate(Buffer.from(header.x5c[0], 'base64'));
  const thumbprint = createHash('sha256').update(leaf.raw).digest('base64url');
  if(header['x5t#S256'] !== thumbprint) {
    return 'x5t#S256 differs from the certificate';
  }
  // The header `iat` or `sigT` is not critical to the signature itself; b64 is, and jose knows it.
  await jose.flattenedVerify(
    {payload: new TextEncoder().encode(payload), protected: signature.protected, signature: signature.signature},
    leaf.publicKey, {crit: {sigT: true, adoTst: true}});
  return true;
}

const failures = [];
const counts = {digitalbazaar: 0, 'verifier-core': 0, jose: 0};
async function run(name, check, file, content) {
  let outcome;
  try {
    outcome = await check(content);
  } catch(error) {
    outcome = String(error);
  }
  counts[name]++;
  if(outcome !== true) {
    failures.push({peer: name, file, outcome});
  }
}
for(const {status, files, ob3_other: others = {}} of manifest.credentials.slice(0, limit)) {
  for(const file of [files.ob3, ...Object.values(others)]) {
    await run('digitalbazaar', withDigitalBazaar, file, readJson(join(folder, file)));
    if(status === 'current') {
      await run('verifier-core', withVerifierCore, file, readJson(join(folder, file)));
    }
  }
  await run('jose', withJose, files.elm, readFileSync(join(folder, files.elm), 'utf8'));
}
console.log(JSON.stringify({counts, failures, asked: [...asked]}, null, 1));
process.exitCode = failures.length ? 1 : 0;
