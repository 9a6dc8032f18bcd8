// Verifies with the Digital Credentials Consortium's verifier-core: proof, status list, period, registries, schema.
// It brings a loader of its own and takes no other, so `fetch` is what answers from memory; its contexts are its own.
import {serve} from './asked.mjs';

const NEEDED = ['valid_signature', 'revocation_status', 'expiration'];
const knownDIDRegistries = [];
let pages = {};

globalThis.fetch = async asked => {
  const url = asked.url ?? String(asked);
  return url in pages ?
    new Response(pages[url], {headers: {'content-type': 'application/json'}}) :
    new Response('not at hand', {status: 404});
};
const {verifyCredential, verifyPresentation} = await import('@digitalcredentials/verifier-core');

function check(result) {
  const failed = NEEDED.filter(id => !result.log?.find(entry => entry.id === id)?.valid);
  if(failed.length) {
    throw new Error(`${failed}: ${result.errors?.[0]?.message}`);
  }
  const schemas = result.additionalInformation?.find(({id}) => id === 'schema_check')?.results;
  if(!Array.isArray(schemas) || !schemas.every(one => one.result.valid)) {
    throw new Error(`schema_check: ${JSON.stringify(schemas)}`);
  }
}

await serve(async given => {
  pages = given.pages;
  return {
    verify: {does: 'proof, status, period, schema', inputs: given.secured, async one(text) {
      check(await verifyCredential({credential: JSON.parse(text), knownDIDRegistries}));
    }},
    // It looks for a proof for assertions in a presentation, too, and finds none where a holder signed for
    // authentication: so it is given the same, signed for assertions.
    present: {
      does: "holder's proof for assertions instead of authentication, then proof, status, period, schema",
      inputs: given.asserted,
      async one(text) {
        const {presentationResult, credentialResults, errors} = await verifyPresentation({
          presentation: JSON.parse(text), challenge: given.challenge, knownDIDRegistries
        });
        if(presentationResult?.signature !== 'valid') {
          throw new Error(`presentation: ${(presentationResult?.errors ?? errors)?.[0]?.message}`);
        }
        credentialResults.forEach(check);
      }
    }
  };
});
