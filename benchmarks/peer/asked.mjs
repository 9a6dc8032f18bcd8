// One JSON object a line in, one a line out: first what `begin` is given, then {work, count}. The answer to a work is
// {cpu_us} for one piece on average, all threads of this process counted, or {error}.
import {createInterface} from 'node:readline';

// A library that prints would break the lines of the answers.
console.log = console.warn = console.info = console.error;

async function measured(one, inputs, count) {
  const before = process.cpuUsage();
  for(let n = 0; n < count; ++n) {
    await one(inputs[n % inputs.length]);
  }
  const {user, system} = process.cpuUsage(before);
  return {cpu_us: (user + system) / count};
}

// `begin(given)` returns for each work {does, one, inputs}: in words what a piece is, what does it, and on what in turn.
export async function serve(begin) {
  let works;
  for await (const line of createInterface({input: process.stdin})) {
    let answer;
    try {
      const request = JSON.parse(line);
      if(request.work) {
        const {one, inputs} = works[request.work];
        answer = await measured(one, inputs, request.count);
      } else {
        works = await begin(request);
        answer = {works: Object.fromEntries(Object.entries(works).map(([name, {does}]) => [name, does]))};
      }
    } catch(error) {
      answer = {error: String(error.message ?? error)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
}
