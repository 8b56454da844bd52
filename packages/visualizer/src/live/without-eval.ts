/** The page's content security policy forbids code made of text, so the schemas must not try it. First import. */
import { config } from 'zod';

config({ jitless: true });
