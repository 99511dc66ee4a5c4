import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from './worker.js';

/** The least that Node.js can answer: what a session check is measured by. */
const server = createServer((_request, response) => {
  response.writeHead(204);
  response.end();
});

answerQuestions<object, number>(
  () => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
);
