/** How the service says no: `application/problem+json`, RFC 9457. */
import { z } from 'zod';

export const PROBLEM_TYPE = 'application/problem+json';

export const problem = z.object({
  type: z.string().meta({ description: 'A page about this kind of problem' }),
  title: z.string().meta({ description: 'The status in words' }),
  status: z.number().int().min(400).max(599),
  detail: z.string().meta({ description: 'What was wrong here' }),
  code: z.string().meta({ description: 'To branch on; docs/errors.md has all', example: 'REQUEST_INVALID' }),
  hint: z.string().meta({ description: 'What to do next' }),
  field: z.string().optional().meta({ description: 'The field that was refused', example: 'body.k' }),
});
export type Problem = z.infer<typeof problem>;

/** Of one item among many: the others go on. */
export const itemProblem = problem.pick({ code: true, detail: true, hint: true, field: true });
export type ItemProblem = z.infer<typeof itemProblem>;
