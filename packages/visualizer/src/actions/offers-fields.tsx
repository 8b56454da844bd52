import type { OffersAnswer } from '@bzzz/protocol/api';
import { choicesOf, type Recipe } from './submission.ts';

/** Which recipe of the policy, or plain words, and what the recipe asks for. */
export function OffersFields(props: {
  readonly offers: OffersAnswer;
  readonly recipe: Recipe | null;
  readonly values: Readonly<Record<string, string>>;
  readonly onRecipe: (name: string) => void;
  readonly onValue: (name: string, value: string) => void;
}) {
  const { offers, recipe, values, onRecipe, onValue } = props;
  return (
    <>
      <label className="field">
        Recipe
        <select value={recipe?.name ?? ''} onChange={(event) => onRecipe(event.target.value)}>
          {offers.plain ? <option value="">in plain words</option> : null}
          {offers.recipes.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {recipe === null ? null : <p className="quiet">{recipe.description}</p>}
      {recipe?.parameters.map(({ name, pattern }) => (
        <label className="field" key={`${recipe.name} ${name}`}>
          {name}
          <Value pattern={pattern} value={values[name] ?? ''} onValue={(to) => onValue(name, to)} />
        </label>
      ))}
    </>
  );
}

function Value(props: {
  readonly pattern: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  const { pattern, value, onValue } = props;
  const choices = choicesOf(pattern);
  if (choices === null) {
    return (
      <input
        required
        pattern={pattern}
        title={`It has to match ${pattern}`}
        placeholder={pattern}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    );
  }
  return (
    <select
      required
      // Typed for another recipe, perhaps: there is no such choice here.
      value={choices.includes(value) ? value : ''}
      onChange={(event) => onValue(event.target.value)}
    >
      <option value="">choose one</option>
      {choices.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}
