import type { OffersAnswer } from '@bzzz/protocol/api';
import type { Recipe } from './submission.ts';

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
          <input
            required
            pattern={pattern}
            title={`It has to match ${pattern}`}
            placeholder={pattern}
            value={values[name] ?? ''}
            onChange={(event) => onValue(name, event.target.value)}
          />
        </label>
      ))}
    </>
  );
}
