/**
 * What `ask` gives once it is what is expected, or after a second: so long a change of a key may take until every process
 * has seen it.
 */
export async function withinASecond<Answer>(expected: Answer, ask: () => Promise<Answer>): Promise<Answer> {
  const deadline = performance.now() + 1_000;
  for (;;) {
    const answer = await ask();
    if (answer === expected || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
