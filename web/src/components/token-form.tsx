/** Asks for a token where the service wants one. */
import './problem-note.css';

export function TokenForm({ onToken }: { readonly onToken: (token: string) => void }) {
  return (
    <form
      class="problem token"
      onSubmit={(event) => {
        event.preventDefault();
        const token = String(new FormData(event.currentTarget).get('token')).trim();
        if (token !== '') onToken(token);
      }}
    >
      <h1>
        <label for="token">This service wants a token.</label>
      </h1>
      <p class="quiet">It stays in this tab and is forgotten with it.</p>
      <div class="line">
        <input class="input" id="token" name="token" type="password" autocomplete="off" required />
        <button type="submit" class="button main">
          Use it
        </button>
      </div>
    </form>
  );
}
