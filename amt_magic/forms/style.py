"""How a form looks: Jupyter's own colours, one column where there is little room."""

STYLE = """<style>
.amt-form{container-type:inline-size;width:100%;max-width:1100px;margin:4px 0;
border:1px solid var(--jp-border-color2,#8088);border-radius:6px;overflow:hidden;
background:var(--jp-layout-color1,Canvas);color:var(--jp-ui-font-color1,CanvasText);
font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif)}
.amt-form .widget-box{overflow:visible;margin:0}
.amt-form :is(.jupyter-widgets,.widget-html-content){margin:0;min-width:0}
.amt-form .widget-html-content{line-height:1.45;font-size:13px;height:auto}
.amt-form .widget-html{height:auto;width:auto}
.amt-form .amt-columns{display:grid;grid-template-columns:minmax(0,1fr) 300px}
.amt-form .amt-columns>*{padding:14px 16px;gap:6px}
.amt-form .amt-columns>*+*{border-left:1px solid var(--jp-border-color2,#8088)}
.amt-form :is(.amt-cell,.amt-job){padding:14px 16px;gap:8px;
border-top:1px solid var(--jp-border-color2,#8088)}
.amt-form .amt-job:empty{display:none}
.amt-form .amt-head{font-size:12px;font-weight:600;margin:0;
color:var(--jp-ui-font-color2,inherit)}
.amt-form .amt-section{margin-top:14px;gap:6px}
.amt-form .amt-section:first-child{margin-top:0}
.amt-form .amt-note{color:var(--jp-ui-font-color2,inherit);margin:0;font-size:13px}
.amt-form .amt-fault{color:var(--jp-error-color1,#c2410c);font-size:12px;
white-space:pre-wrap;overflow-wrap:anywhere;margin:0}
.amt-form .amt-fields{display:flex;flex-flow:row wrap;gap:6px 10px}
.amt-form .amt-fields>*{flex:1 1 84px}
.amt-form .amt-field{gap:2px}
.amt-form .amt-field>.widget-inline-hbox{flex-direction:column;align-items:stretch;
height:auto;width:auto;gap:2px}
.amt-form .amt-field .widget-label{width:auto;max-width:none;text-align:left;
margin:0;font-size:12px;height:auto;line-height:1.4;white-space:normal;
color:var(--jp-ui-font-color2,inherit)}
.amt-form .amt-unlabelled .widget-label{position:absolute;
width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.amt-form :is(input[type=text],select,textarea){width:100%;box-sizing:border-box;
margin:0;font:12px/1.5 var(--jp-code-font-family,monospace);border-radius:4px;
color:var(--jp-ui-font-color0,inherit);background-color:var(--jp-layout-color0,Canvas);
border:1px solid var(--jp-border-color1,#8088)}
.amt-form :is(input[type=text],select){height:28px;padding:0 7px}
.amt-form .widget-inline-hbox>:is(input[type=text],select,textarea){flex:none}
.amt-form .amt-section>.jupyter-button{align-self:flex-start}
.amt-form select{padding-right:2px;font-family:var(--jp-ui-font-family,sans-serif);
appearance:auto;background-image:none}
.amt-form textarea{padding:8px 10px;white-space:pre;overflow:auto;resize:vertical}
.amt-form .amt-bad :is(input[type=text],select){
border-color:var(--jp-error-color1,#c2410c)}
.amt-form :is(input,select,textarea,button):focus-visible{
outline:2px solid var(--jp-brand-color1,#0b6bcb);outline-offset:1px}
.amt-form .jupyter-button{width:auto;height:28px;line-height:26px;padding:0 12px;
margin:0;border-radius:4px;border:1px solid var(--jp-border-color1,#8088);
background:none;color:inherit;font-size:13px;box-shadow:none}
.amt-form .jupyter-button:hover{background:var(--jp-layout-color2,#8082)}
.amt-form :is(.jupyter-button.mod-primary,.widget-toggle-button.mod-active){
background:var(--jp-brand-color1,#0b6bcb);border-color:transparent;
color:var(--jp-ui-inverse-font-color0,#fff)}
.amt-form .widget-toggle-buttons{width:auto;height:auto;display:block}
.amt-form .widget-toggle-buttons>div{display:flex;flex-wrap:wrap;gap:0}
.amt-form .widget-toggle-button{border-radius:0}
.amt-form .widget-toggle-button+.widget-toggle-button{margin-left:-1px}
.amt-form .widget-toggle-button:first-child{border-radius:4px 0 0 4px}
.amt-form .widget-toggle-button:last-child{border-radius:0 4px 4px 0}
.amt-form .widget-checkbox{width:auto;height:auto}
.amt-form .widget-label-basic{height:auto;align-items:baseline;gap:6px;
color:inherit;font-size:13px;line-height:1.4;white-space:normal}
.amt-form .widget-label-basic input{margin:0 6px 0 0;vertical-align:-1px}
.amt-form .widget-radio{width:auto;height:auto}
.amt-form .widget-radio-box{min-width:0;margin:0;gap:6px}
.amt-form :is(.widget-radio-box label,.amt-parents .widget-label-basic){
display:grid;grid-template-columns:13px minmax(0,1fr);gap:8px;align-items:start;
width:auto;height:auto;font-size:13px;line-height:1.4;white-space:normal;
overflow-wrap:anywhere}
.amt-form .widget-radio-box input{order:-1}
.amt-form :is(.widget-radio-box,.amt-parents .widget-label-basic) input{
width:13px;height:13px;margin:3px 0 0;align-self:start}
.amt-form .amt-parents .widget-label-basic:has(:disabled){opacity:.55}
.amt-form .amt-parents{gap:8px}
.amt-form .amt-parents .widget-vbox{gap:6px}
.amt-form .amt-parents>.jupyter-button{align-self:flex-start}
.amt-form .amt-parents details{font-size:12px;overflow-wrap:anywhere;
color:var(--jp-ui-font-color2,inherit)}
.amt-form .amt-parents summary{cursor:pointer}
.amt-form .amt-parents ul{margin:4px 0 0;padding-left:16px}
.amt-form .amt-range{border-top:1px solid var(--jp-border-color2,#8088);
padding:7px 0;gap:3px}
.amt-form .amt-row{display:grid;align-items:center;gap:6px 8px;
grid-template-columns:minmax(80px,1.3fr) 118px minmax(120px,1.7fr) 128px 132px 28px}
.amt-form .amt-row img{display:block}
.amt-form .amt-row.amt-categorical>:nth-child(3){grid-column:3/5}
.amt-form .amt-row>:nth-child(4){grid-column:4}
.amt-form .amt-row>:nth-child(5){grid-column:5}
.amt-form .amt-row>:nth-child(6){grid-column:6}
.amt-form .amt-bounds{display:grid;grid-template-columns:1fr 1fr;gap:6px}
.amt-form .amt-row .jupyter-button{padding:0;width:28px;border-color:transparent;
color:var(--jp-ui-font-color2,inherit)}
.amt-form .amt-buttons{display:flex;flex-flow:row wrap;gap:8px;align-items:center}
.amt-form table.amt-trial{border-collapse:collapse;width:100%;font-size:12px}
.amt-form table.amt-trial :is(th,td){text-align:left;padding:3px 8px 3px 0;
vertical-align:top;overflow-wrap:anywhere;font-weight:400;
border-top:1px solid var(--jp-border-color2,#8088)}
.amt-form .amt-copy{margin:6px 0 0;padding:8px 10px;border-radius:4px;
font:12px/1.5 var(--jp-code-font-family,monospace);white-space:pre;overflow:auto;
background:var(--jp-layout-color2,#8882);user-select:all}
.amt-form table.amt-trial :is(th,td:last-child){white-space:nowrap}
@container (max-width:760px){
.amt-form .amt-columns{grid-template-columns:minmax(0,1fr)}
.amt-form .amt-columns>*+*{border-left:0;
border-top:1px solid var(--jp-border-color2,#8088)}}
@container (max-width:1000px){
.amt-form .amt-row{grid-template-columns:minmax(0,1fr) minmax(0,1fr) 28px}
.amt-form .amt-row>:nth-child(1){grid-area:1/1}
.amt-form .amt-row>:nth-child(2){grid-area:1/2}
.amt-form .amt-row>:nth-child(3){grid-area:2/1}
.amt-form .amt-row.amt-categorical>:nth-child(3){grid-area:2/1/3/3}
.amt-form .amt-row>:nth-child(4){grid-area:2/2}
.amt-form .amt-row>:nth-child(5){grid-area:3/1}
.amt-form .amt-row>:nth-child(6){grid-area:1/3}}
</style>"""
