// Shows the description and keeps the log-in: whoever logs in on the page is logged in for what they try next.
const LOG_IN = /\/sessions(\/refresh)?$/;
const LOG_OUT = /\/sessions\/end$/;

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  responseInterceptor: (answer) => {
    const path = new URL(answer.url, location).pathname;
    if (answer.ok && LOG_IN.test(path)) logIn(answer.obj.id_token);
    if (answer.ok && LOG_OUT.test(path)) ui.authActions.logoutWithPersistOption(["login"]);
    return answer;
  },
});

function logIn(value) {
  const schema = ui.specSelectors.specJson().getIn(["components", "securitySchemes", "login"]);
  ui.authActions.authorizeWithPersistOption({ login: { name: "login", schema: schema.toJS(), value } });
}
