import { ApiError } from './api-error.js';
import type { HttpClient } from './servers/http-client.js';

/** Calls a mutation, and gives what `fields` asked of its payload. @throws ApiError */
export async function mutate<Payload>(
  client: HttpClient,
  name: string,
  input: object,
  fields: string,
  requestId?: string,
): Promise<Payload> {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await client.graphql<Record<string, Payload>>(
    `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${fields} } }`,
    { input },
    requestId === undefined ? {} : { headers: { 'x-request-id': requestId } },
  );
  const payload = data?.[name];
  if (!payload || errors.length > 0) throw new ApiError(errors[0]);
  return payload;
}
