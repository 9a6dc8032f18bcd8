// Verifies documents with Digital Bazaar's and Panva's implementations, and signs some for us to verify.
//
//   node proofs.mjs < REQUEST > ANSWER
//
// REQUEST: {contexts: {url: document}, served: {url: document}, cases: [{id, verifier, mechanism, document | token, jwk,
// options}], sign: [{id, mechanism, credential}]}. ANSWER: {verdicts: {id: true | reason}, signed: {id: document},
// versions: {package: version}}. The network is replaced by `served`; anything else that is asked for is 404.
import {readFileSync} from 'node:fs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import * as vc from '@digitalbazaar/vc';
import jsigs from 'jsonld-signatures';
import * as jose from 'jose';

const request = JSON.parse(readFileSync(0, 'utf8'));
globalThis.fetch = async asked => {
  const url = typeof asked === 'string' ? asked : asked.url ?? String(asked);
  const document = request.served?.[url];
  return document ?
    new Response(JSON.stringify(document), {headers: {'content-type': 'application/ld+json'}}) :
    new Response('not found', {status: 404});
};
const {verifyCredential: verifyWithCore} = await import('@digitalcredentials/verifier-core');
const {purposes: {AssertionProofPurpose}} = jsigs;
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

async function documentLoader(url) {
  if(url.startsWith('did:key:')) {
    return {contextUrl: null, documentUrl: url, document: didKey(url)};
  }
  if(url.startsWith('did:web:')) {
    return {contextUrl: null, documentUrl: url, document: didWeb(url)};
  }
  const document = request.contexts[url];
  if(!document) {
    throw new Error(`not at hand: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

function didKey(url) {
  const [did] = url.split('#');
  const publicKeyMultibase = did.slice('did:key:'.length);
  const id = `${did}#${publicKeyMultibase}`;
  const method = {'@context': MULTIKEY, id, type: 'Multikey', controller: did, publicKeyMultibase};
  if(url.includes('#')) {
    return method;
  }
  return {
    '@context': ['https://www.w3.org/ns/did/v1', MULTIKEY],
    id: did, verificationMethod: [method], assertionMethod: [id], authentication: [id]
  };
}

function didWeb(url) {
  const [did] = url.split('#');
  const document = request.served[`https://${decodeURIComponent(did.slice('did:web:'.length))}/.well-known/did.json`];
  const method = document.verificationMethod.find(({id}) => id === url);
  return method ? {'@context': MULTIKEY, ...method} : document;
}

const VERIFIERS = {
  'eddsa-rdfc-2022': () => new DataIntegrityProof({cryptosuite: eddsaRdfc}),
  'eddsa-jcs-2022': () => new DataIntegrityProof({cryptosuite: eddsaJcs.createVerifyCryptosuite()}),
  'ecdsa-rdfc-2019': () => new DataIntegrityProof({cryptosuite: ecdsaRdfc}),
  'ecdsa-jcs-2019': () => new DataIntegrityProof({cryptosuite: ecdsaJcs.createVerifyCryptosuite()}),
  'ecdsa-sd-2023': () => new DataIntegrityProof({cryptosuite: ecdsaSd.createVerifyCryptosuite()})
};
const SIGNERS = {
  'eddsa-rdfc-2022': signer => new DataIntegrityProof({signer, cryptosuite: eddsaRdfc}),
  'eddsa-jcs-2022': signer => new DataIntegrityProof({signer, cryptosuite: eddsaJcs.createSignCryptosuite()}),
  'ecdsa-rdfc-2019': signer => new DataIntegrityProof({signer, cryptosuite: ecdsaRdfc}),
  'ecdsa-jcs-2019': signer => new DataIntegrityProof({signer, cryptosuite: ecdsaJcs.createSignCryptosuite()}),
  'ecdsa-sd-2023': signer => new DataIntegrityProof({
    signer, cryptosuite: ecdsaSd.createSignCryptosuite({mandatoryPointers: ['/issuer']})
  }),
  Ed25519Signature2020: signer => new Ed25519Signature2020({signer})
};

function reason(result) {
  return result.verified || String(result.error?.errors?.[0]?.message ?? result.error?.message ?? 'not verified');
}

async function verifyProof({mechanism, document}) {
  return reason(await jsigs.verify(document, {
    suite: VERIFIERS[mechanism](), purpose: new AssertionProofPurpose(), documentLoader
  }));
}

async function verifyCredential({mechanism, document}) {
  const checkStatus = async () => ({verified: true});
  const options = {credential: document, suite: VERIFIERS[mechanism](), documentLoader, checkStatus, now: new Date()};
  return reason(await vc.verifyCredential(options));
}

async function verifyPresentation({mechanism, document, options}) {
  const {challenge, domain} = options;
  const suite = VERIFIERS[mechanism]();
  return reason(await vc.verify({presentation: document, suite, documentLoader, challenge, domain}));
}

async function verifyToken({token, jwk}) {
  await jose.compactVerify(token, await jose.importJWK(jwk, JSON.parse(
    Buffer.from(token.split('.')[0], 'base64url')).alg));
  return true;
}

async function verifySeal({token, jwk}) {
  const {payload, signatures: [{protected: header, signature}]} = JSON.parse(token);
  // The payload is not encoded (RFC 7797), and its header names the time of signing, critical or not.
  await jose.flattenedVerify(
    {payload: new TextEncoder().encode(payload), protected: header, signature},
    await jose.importJWK(jwk, 'ES256'), {crit: {sigT: true, adoTst: true}});
  return true;
}

async function verifyLikeDcc({document}) {
  const result = await verifyWithCore({credential: document, knownDIDRegistries: []});
  if(result.errors) {
    return result.errors.map(({name, message}) => `${name}: ${message}`).join('; ');
  }
  const log = Object.fromEntries(result.log.map(({id, valid}) => [id, valid]));
  return (log.valid_signature && log.expiration && log.revocation_status !== false) || JSON.stringify(result.log);
}

// A holder that is not ours derives from our base proof; what comes out is verified by us.
async function deriveFrom({document, options}) {
  const suite = new DataIntegrityProof({
    cryptosuite: ecdsaSd.createDiscloseCryptosuite({selectivePointers: options.selectivePointers})
  });
  return jsigs.derive(document, {suite, purpose: new AssertionProofPurpose(), documentLoader});
}

async function signWith({mechanism, credential}) {
  const generate = mechanism.toLowerCase().startsWith('ed') ?
    () => Ed25519Multikey.generate() : () => EcdsaMultikey.generate({curve: 'P-256'});
  const keyPair = await generate();
  keyPair.controller = `did:key:${keyPair.publicKeyMultibase}`;
  keyPair.id = `${keyPair.controller}#${keyPair.publicKeyMultibase}`;
  const suite = SIGNERS[mechanism](keyPair.signer());
  const document = {...credential, issuer: keyPair.controller};
  return jsigs.sign(document, {suite, purpose: new AssertionProofPurpose(), documentLoader});
}

const CHECKS = {
  'jsonld-signatures': verifyProof, '@digitalbazaar/vc': verifyCredential, 'vc presentation': verifyPresentation,
  jose: verifyToken, 'jose seal': verifySeal, 'verifier-core': verifyLikeDcc
};

async function attempt(work, each) {
  try {
    return await work(each);
  } catch(error) {
    return String(error?.message ?? error);
  }
}

const verdicts = {};
for(const each of request.cases ?? []) {
  verdicts[each.id] = await attempt(CHECKS[each.verifier], each);
}
const signed = {};
for(const each of request.sign ?? []) {
  signed[each.id] = await attempt(each.derive ? deriveFrom : signWith, each);
}
const {dependencies: versions} = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
console.log(JSON.stringify({verdicts, signed, versions}));
