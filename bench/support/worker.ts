import { fork } from 'node:child_process';
import path from 'node:path';

/** A process of its own that answers one question after another. */
export interface Worker<Question, Answer> {
  ask(question: Question): Promise<Answer>;
  end(): void;
}

/** @param file of `bench/`, which calls `answerQuestions` */
export function startWorker<Question extends object, Answer>(file: string): Worker<Question, Answer> {
  const child = fork(path.resolve(import.meta.dirname, '..', file), { execArgv: ['--import', 'tsx'] });
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`${file} ended with ${code}`));
        child.once('exit', ended);
        child.once('message', (answer: { value?: Answer; failure?: string }) => {
          child.off('exit', ended);
          if (answer.failure === undefined) resolve(answer.value as Answer);
          else reject(new Error(`${file}: ${answer.failure}`));
        });
        child.send(question);
      }),
    end: () => void child.kill(),
  };
}

/** The other side of `startWorker`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the process that asks sends this type
export function answerQuestions<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (value) => process.send?.({ value }),
      (error: unknown) => process.send?.({ failure: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
