// The facets of lists: what is chosen is shown at once where the choices stand beside the list.
const beside = matchMedia("(min-width: 60.01rem)");

for (const form of document.querySelectorAll("form.facets")) {
  form.addEventListener("change", (event) => {
    const isNumber = event.target.matches('[type="number"]');
    if ((beside.matches || event.target.matches("select")) && !isNumber) form.requestSubmit();
  });
  // What is empty does not belong in the address.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
