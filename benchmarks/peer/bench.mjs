// Issues and verifies with Digital Bazaar's implementation, on request, and says what it cost.
//
// Reads one JSON object a line: first {contexts, issuer, method, documents, secured}, then {work, count}. Answers each
// with a line: {cpu_us} for one credential on average, all threads of this process counted, or {error}.
import {createInterface} from 'node:readline';
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

let setting;

function documentLoader(url) {
  if(url in setting.contexts) {
    return {contextUrl: null, documentUrl: url, document: setting.contexts[url]};
  }
  const method = [setting.method, setting.own].find(({id}) => id === url);
  if(method) {
    return {contextUrl: null, documentUrl: url, document: method};
  }
  if(url === setting.issuer) {
    const methods = [setting.method, setting.own];
    return {contextUrl: null, documentUrl: url, document: {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: setting.issuer, verificationMethod: methods, assertionMethod: methods.map(({id}) => id)
    }};
  }
  throw new Error(`not at hand: ${url}`);
}

async function begin(given) {
  setting = given;
  const key = await Ed25519Multikey.generate({controller: given.issuer});
  key.id = `${given.issuer}#${key.publicKeyMultibase}`;
  setting.own = await key.export({publicKey: true});
  setting.own.id = key.id;
  setting.signer = key.signer();
  return {ready: true};
}

async function issue(document) {
  const suite = new DataIntegrityProof({signer: setting.signer, cryptosuite});
  const credential = JSON.parse(document);
  return JSON.stringify(await vc.issue({credential, suite, documentLoader}));
}

async function verify(secured) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential: JSON.parse(secured), suite, documentLoader, checkStatus: async () => ({verified: true})
  });
  if(!result.verified) {
    throw new Error(String(result.error?.errors?.[0]?.message ?? result.error));
  }
}

async function run({work, count}) {
  const [one, inputs] = work === 'issue' ? [issue, setting.documents] : [verify, setting.secured];
  const before = process.cpuUsage();
  for(let n = 0; n < count; ++n) {
    await one(inputs[n % inputs.length]);
  }
  const {user, system} = process.cpuUsage(before);
  return {cpu_us: (user + system) / count};
}

for await (const line of createInterface({input: process.stdin})) {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = await (request.work ? run(request) : begin(request));
  } catch(error) {
    answer = {error: String(error.message ?? error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
