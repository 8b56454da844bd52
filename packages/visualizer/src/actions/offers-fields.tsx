import type { OffersAnswer } from '@bzzz/protocol/api';
import { useId } from 'react';
import { exampleOf } from './example-value.ts';
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
        <Parameter
          key={`${recipe.name} ${name}`}
          name={name}
          pattern={pattern}
          value={values[name] ?? ''}
          onValue={(to) => onValue(name, to)}
        />
      ))}
    </>
  );
}

interface ParameterProps {
  readonly name: string;
  readonly pattern: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function Parameter(props: ParameterProps) {
  const choices = choicesOf(props.pattern);
  return choices === null ? <Typed {...props} /> : <Chosen {...props} choices={choices} />;
}

/** What may be typed stands below it: a hint that only a mouse brings up is none on a phone. */
function Typed({ name, pattern, value, onValue }: ParameterProps) {
  const hint = useId();
  const example = exampleOf(pattern);
  return (
    <div>
      <label className="field">
        {name}
        <input
          required
          pattern={pattern}
          aria-describedby={hint}
          value={value}
          onChange={(event) => onValue(event.target.value)}
        />
      </label>
      <p id={hint} className="field-hint">
        {example === null ? null : (
          <>
            such as <code>{example}</code>;{' '}
          </>
        )}
        it has to match <code>{pattern}</code>
      </p>
    </div>
  );
}

function Chosen(props: ParameterProps & { readonly choices: readonly string[] }) {
  const { name, value, onValue, choices } = props;
  return (
    <label className="field">
      {name}
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
    </label>
  );
}
