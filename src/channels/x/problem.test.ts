import { describe, expect, it } from 'vitest';
import { readProblem } from './problem.ts';

const read = (body: string): ReturnType<typeof readProblem> =>
  readProblem({ type: 'answer', status: 403, headers: {}, body, bodyState: 'whole' });

describe('readProblem', () => {
  it('reads the XML of the OAuth endpoints', () => {
    const body = '<?xml version="1.0"?><errors><error code="415">Callback URL not approved</error></errors>';
    expect(read(body)).toMatchObject({ codes: [415], text: 'Callback URL not approved', html: false });
  });

  it('takes the last segment of a type, whatever comes before', () => {
    for (const host of ['https://api.x.com/2/problems', 'https://api.twitter.com/2/problems', '']) {
      expect(read(JSON.stringify({ type: `${host}/client-forbidden/` })).types).toEqual(['client-forbidden']);
    }
  });

  it('keeps what is said to one harmless line', () => {
    const { text } = read(JSON.stringify({ detail: `a\u001b[2J\nb\u202e${'c'.repeat(5000)}` }));
    expect(text).toMatch(/^a \[2J b c+$/);
    expect(text).toHaveLength(300);
  });

  it.each(['', '[]', 'null', '{', '{"errors":7}', '{"errors":[null,7]}', '\u0000'])('survives %j', (body) => {
    expect(read(body)).toMatchObject({ codes: [], types: [] });
  });
});
