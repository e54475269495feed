(function () {
  var face = document.getElementById("face");
  var off = document.getElementById("off");
  var news = document.getElementById("news");
  var drawn = Date.now();
  function draw() {
    var asked = new XMLHttpRequest();
    drawn = Date.now();
    asked.open("GET", face.getAttribute("data-from"));
    asked.timeout = 10000;
    asked.onload = function () {
      if (asked.status === 404 || asked.status === 410) return location.reload();
      off.hidden = asked.status === 200;
      if (asked.status !== 200) return;
      var before = face.querySelector("[data-said]").getAttribute("data-said");
      face.innerHTML = asked.responseText;
      var after = face.querySelector("[data-said]").getAttribute("data-said");
      if (after !== before) news.textContent = after;
    };
    asked.onerror = asked.ontimeout = function () {
      off.hidden = false;
    };
    asked.send();
  }
  setInterval(function () {
    if (!document.hidden) draw();
  }, 20000);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && Date.now() - drawn > 3000) draw();
  });
})();
