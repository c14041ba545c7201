/** What a handler of an operation is: it is given a checked call, and returns the body of the answer. */
import type { OperationName, OperationOf } from '../api/operations.ts';
import type { AnswerOf } from '../api/routes.ts';
import type { Call, Context } from '../context.ts';

/** Answers that are no JSON are bytes or a stream. */
type Result<Name extends OperationName> = OperationOf<Name>['gives'] extends 'json'
  ? AnswerOf<Name>
  : OperationOf<Name>['gives'] extends 'nothing'
    ? undefined
    : NodeJS.ReadableStream | Uint8Array;

export type Handlers<Names extends OperationName> = {
  readonly [Name in Names]: (context: Context, call: Call<Name>) => Promise<Result<Name>>;
};
