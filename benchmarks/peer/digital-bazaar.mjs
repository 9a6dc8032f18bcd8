// Issues and verifies with Digital Bazaar's implementation. Whatever its loader is asked for is in memory; status is
// another library's business, so it is told that none is set.
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {serve} from './asked.mjs';

const checkStatus = async () => ({verified: true});

function loaderOf(documents) {
  return url => {
    if(!(url in documents)) {
      throw new Error(`not at hand: ${url}`);
    }
    return {contextUrl: null, documentUrl: url, document: documents[url]};
  };
}

// A key of its own, kept, that the issuer's document names beside ours.
async function addKey(documents, issuer) {
  const key = await Ed25519Multikey.generate({controller: issuer});
  key.id = `${issuer}#${key.publicKeyMultibase}`;
  documents[key.id] = {...await key.export({publicKey: true}), id: key.id};
  documents[issuer].assertionMethod.push(key.id);
  return key.signer();
}

function check({verified, error}) {
  if(!verified) {
    throw new Error(String(error?.errors?.[0]?.message ?? error));
  }
}

await serve(async given => {
  const {documents, issuer, challenge} = given;
  const documentLoader = loaderOf(documents);
  const signer = await addKey(documents, issuer);
  const verifying = {documentLoader, checkStatus};
  return {
    issue: {does: 'proof', inputs: given.unsecured, async one(text) {
      const suite = new DataIntegrityProof({signer, cryptosuite});
      return JSON.stringify(await vc.issue({credential: JSON.parse(text), suite, documentLoader}));
    }},
    verify: {does: 'proof, period', inputs: given.secured, async one(text) {
      const suite = new DataIntegrityProof({cryptosuite});
      check(await vc.verifyCredential({credential: JSON.parse(text), suite, ...verifying}));
    }},
    present: {does: "holder's proof, then proof and period", inputs: given.presented, async one(text) {
      const suite = new DataIntegrityProof({cryptosuite});
      check(await vc.verify({presentation: JSON.parse(text), challenge, suite, ...verifying}));
    }}
  };
});
